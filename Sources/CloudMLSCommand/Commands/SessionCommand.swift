import ArgumentParser
import CloudMLSClient
import CommandSupport
import KeyHierarchy

struct SessionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session",
        abstract: "Where you are signed in, and how to end it.",
        subcommands: [List.self, End.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the devices that are signed in.",
            discussion: """
                Each device has a session at both servers.

                Example:
                  cloudmls session list
                """)

        @OptionGroup var session: SessionOptions

        func run() async throws {
            struct Row: Encodable {
                var id: String
                var device: String
                var kind: String
                var signedIn: UInt64
                var lastSeen: UInt64
                var isThisDevice: Bool
            }
            try await session.using(try await session.resume()) { context in
                let rows = try await DeviceSessions(context).list().map {
                    Row(
                        id: $0.name, device: $0.deviceName, kind: $0.kind.name, signedIn: $0.signedIn,
                        lastSeen: $0.lastSeen, isThisDevice: $0.isThisDevice)
                }
                if session.json { return try JSONOutput.write(["sessions": rows]) }
                for row in rows {
                    let seen = "since \(WayInReport.day(row.signedIn)), last seen \(WayInReport.day(row.lastSeen))"
                    let words =
                        [row.id, row.device, "by \(row.kind)", seen] + (row.isThisDevice ? ["(this device)"] : [])
                    Terminal.writeOutput(Terminal.safe(words.joined(separator: "  ")) + "\n")
                }
            }
        }
    }

    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End sessions at once.",
            discussion: """
                The device asks for the password again. It keeps what it has read: change the password, and rotate \
                the keys, where it was stolen.

                Example:
                  cloudmls session end --others
                """)

        @Argument(help: "As the list shows them, such as key-store/12.")
        var ids: [String] = []
        @Flag(help: "All but this device's.")
        var others = false
        @OptionGroup var session: SessionOptions

        func validate() throws {
            guard ids.isEmpty == others else { throw ValidationError("give the ids of sessions, or --others") }
        }

        func run() async throws {
            try await session.using(try await session.resume()) { context in
                let sessions = DeviceSessions(context)
                if others {
                    try await sessions.endOthers()
                } else {
                    let all = try await sessions.list()
                    let chosen = try ids.map { id throws(CommandFailure) in
                        guard let found = all.first(where: { $0.name == id }) else {
                            throw CommandFailure(
                                .unknownName, "there is no session '\(id)'",
                                advice: "`cloudmls session list` shows what there is.")
                        }
                        return found
                    }
                    for one in chosen { try await sessions.end(one) }
                }
                if session.json { return try JSONOutput.write(["ended": ids]) }
                Terminal.writeOutput("Ended.\n")
            }
        }
    }
}

extension DeviceSession {
    /// Its name on the command line.
    fileprivate var name: String { "\(server.rawValue)/\(id)" }
}
