import CloudMLSClient
import CommandSupport

/// The signed-in user, ready to work.
struct Session {
    let context: ClientContext
    let messenger: Messenger

    init(_ context: ClientContext) {
        self.context = context
        let warnings = Warnings()
        messenger = Messenger(context: context) { warnings.write($0.warnings) }
    }

    /// Synchronises for a command that only reads, and says where it may not know the newest.
    func syncToRead() async throws {
        guard case .failure(let problem) = try await messenger.syncToRead() else { return }
        Terminal.writeError("warning: what is new could not be asked for: \(Terminal.safe(problem.message))\n")
    }

    /// Once a day, also with commands that do not synchronise. What fails does not keep from what the command is for.
    func renewKeyPackages() async {
        do {
            try await messenger.renewKeyPackages()
        } catch {
            Terminal.note("note: KeyPackages could not be renewed; the next command tries again.")
        }
    }
}
