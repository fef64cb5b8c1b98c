import CloudMLSAPI
import CommandSupport
import Foundation
import ServerKit

/// What is said about a backup, for people or as JSON.
struct BackupSummary: Encodable {
    var file: String
    /// Seconds since 1970; missing for a plain copy of a database.
    var created: UInt64?
    var serverID: String
    var bytes: UInt64
    var counts: [String: Int]
    var unknownForms: [String: Int]
    private var lines: [String]

    enum CodingKeys: String, CodingKey {
        case file
        case created
        case serverID = "server_id"
        case bytes
        case counts
        case unknownForms = "unknown_forms"
    }

    init(_ report: BackupReport, of file: String) {
        self.file = file
        created = report.created
        serverID = report.serverID.hex
        bytes = report.size
        counts = Dictionary(report.findings.counts.map { ($0.what, $0.count) }) { $1 }
        unknownForms = report.findings.unknownForms
        lines = report.findings.counts.map { "  \($0.what): \($0.count)" }
    }

    /// - Parameter verdict: the first line.
    func print(_ verdict: String, asJSON: Bool) throws {
        if asJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            Terminal.say(String(decoding: try encoder.encode(self), as: UTF8.self))
            return
        }
        Terminal.say(verdict)
        Terminal.say(
            "  made: \(created.map { UTCTime($0).text } ?? "unknown: a plain copy of a database, without a checksum")")
        Terminal.say("  size: \(bytes) bytes")
        for line in lines { Terminal.say(line) }
        for (what, count) in unknownForms.sorted(by: { $0.key < $1.key }) {
            Terminal.say("  of these in a form that this version does not know: \(count) \(what)")
        }
    }
}
