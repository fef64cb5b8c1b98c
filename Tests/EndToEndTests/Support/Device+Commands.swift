import Foundation
import Testing

extension Device {
    /// Signs in with a password.
    func signIn(
        _ name: String, password: String, in world: World, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let file = try place.file("password-\(UUID().uuidString)", password + "\n")
        try await succeeds(
            "sign-in", name, "--auth-delivery", world.authDelivery.origin, "--password-file", file.path, at: location)
    }

    /// Runs a command that a plan may kill.
    func killed(_ arguments: [String], by plan: CutPlan) async throws -> ChildProcess.Outcome {
        let process = try ChildProcess(
            Executables.url(Executables.cloudmls), arguments, environment: environment, folder: place.url,
            name: "killed")
        plan.setVictim(process.identifier)
        return try await process.outcome()
    }
}
