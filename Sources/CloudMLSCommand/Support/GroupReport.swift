import CloudMLSAPI
import CloudMLSClient
import CommandSupport

/// How a group is shown.
struct GroupReport: Encodable {
    /// In hexadecimal.
    var id: String
    var chat: String
    /// The own account in it.
    var account: String
    /// `creating`, `active`, `removed` or `readOnly`.
    var state: String
    /// With one group only.
    var members: [String]?

    init(_ group: GroupSummary) {
        id = group.id.hex
        chat = group.chat
        account = group.account.description
        state = group.state.rawValue
    }

    /// One group after a change, with its members.
    static func write(_ id: GroupID, _ messenger: Messenger, json: Bool) async throws {
        var report = Self(try await messenger.group(named: id.hex))
        report.members = try await messenger.members(of: id).map(\.description)
        if json { return try JSONOutput.write(report) }
        let members = report.members ?? []
        Terminal.writeOutput(Terminal.safe("\(report.chat): \(members.joined(separator: ", "))") + "\n")
    }

    var line: String { Terminal.safe("\(chat)  \(state)  \(account)  \(id.prefix(16))…") + "\n" }
}
