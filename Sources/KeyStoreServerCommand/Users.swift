import ArgumentParser
import CloudMLSAPI
import CommandSupport
import Foundation
import KeyStoreServer
import ServerKit
import ServerOptions

/// `key-store-server users`: who is registered.
struct Users: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List who is registered, and how much each one stores.",
        discussion: """
            Works beside a running server. What somebody stores, and under which names, is \
            encrypted: it cannot be listed.

            EXAMPLE
              key-store-server users --json
            """)

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup(title: "Data") var data: DataOptions<KeyStore>

    private struct Listing: Encodable {
        var users: [UserSummary]
    }

    func run() async throws {
        try await KeyStore.reportingStartupErrors {
            let users = try await UserAdministration(dataFolder: data.folder).users()
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
                Terminal.say(String(decoding: try encoder.encode(Listing(users: users)), as: UTF8.self))
                return
            }
            let rows = users.map { user in
                [
                    user.name, UTCTime(user.created).text, "\(user.objects)", "\(user.bytes)", "\(user.slots)",
                    "\(user.sessions)", user.disabled ? "disabled" : "",
                ]
            }
            Terminal.say(Self.table([["name", "registered", "objects", "bytes", "slots", "sessions", ""]] + rows))
        }
    }

    /// Columns as wide as their widest cell.
    static func table(_ rows: [[String]]) -> String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
                .joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
