import CloudMLSClient

/// The signed-in user, ready to work.
struct Session {
    let context: ClientContext
    let messenger: Messenger

    private static let maintained = "key-packages-maintained"
    private static let day: UInt64 = 86_400

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

    /// Once a day: publishes KeyPackages in place of those that were used or end soon. What fails is tried again the next
    /// time, and does not keep from what the command is for.
    func maintainKeyPackages() async {
        let now = context.environment.now()
        do {
            let name = context.localName(Self.maintained)
            let last = try await context.local.read(name).flatMap {
                UInt64(String(decoding: $0, as: UTF8.self))
            }
            if let last, last <= now, now - last < Self.day { return }
            try await messenger.maintainKeyPackages()
            try await context.local.write(name, Array("\(now)".utf8))
        } catch {
            Terminal.note("note: KeyPackages could not be renewed; the next command tries again.")
        }
    }
}
