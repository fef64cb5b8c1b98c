/// What a device stores when signing up or in comes to its end.
enum SignInStep: String, OperationStep {
    /// What it remembers of the servers.
    case pinServers
    case saveSession
}
