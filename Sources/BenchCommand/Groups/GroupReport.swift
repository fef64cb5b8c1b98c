import Foundation

/// What was measured of groups.
struct GroupReport: Codable {
    enum Kind: String, Codable, CaseIterable {
        case create
        case join
        case commitCold = "commit, cold"
        case processCold = "process a commit, cold"
        case commitWarm = "commit, warm"
        case processWarm = "process a commit, warm"
        case encrypt = "encrypt 100 bytes"
        case decrypt = "decrypt 100 bytes"
    }

    struct Row: Codable {
        var members: Int
        var kind: Kind
        var seconds: Double
        /// What the primitives that it cannot do without cost, in seconds.
        var floor = 0.0
        /// Of the two.
        var ratio: Double { seconds / floor }
    }

    /// How much faster something is on all cores.
    struct Speedup: Codable {
        var members: Int
        var kind: Kind
        var factor: Double
        /// That of the bare primitives.
        var primitives: Double
    }

    var primitives: Primitives
    var rows: [Row]
    var speedups: [Speedup] = []

    /// - Parameter rows: without their floors.
    init(primitives: Primitives, rows: [Row]) {
        self.primitives = primitives
        self.rows = rows.map { row in
            var row = row
            row.floor = Self.work(row.kind, members: row.members).cost(primitives)
            return row
        }
    }

    /// What nobody can do without, by RFC 9420. The committer is the last leaf, the receiver the first one or, in a cold
    /// group, the other way round: they meet at the root.
    static func work(_ kind: Kind, members: Int) -> UnavoidableWork {
        let others = members - 1
        // The path has a node for each level above the leaf (§7.5).
        let levels = members > 1 ? Int.bitWidth - others.leadingZeroBitCount : 0
        // The key schedule's (§8): joiner_secret, epoch_secret, and nine secrets from that.
        let schedule = 11
        // Key and nonce of sender data and of the content (§6.3).
        let framing = UnavoidableWork(aeads: 2, expansions: 4)
        switch kind {
        case .create:
            // Of each: the KeyPackage's and the leaf's signature (§10.1, §7.3), and its GroupSecrets (§12.4.3.1).
            return UnavoidableWork(
                keyGenerations: 1, signatures: 3, verifications: 2 * others, seals: others, expansions: schedule)
        case .join:
            // Every leaf's signature, and the GroupInfo's (§12.4.3.1).
            return UnavoidableWork(verifications: members + 1, opens: 1, expansions: schedule)
        case .commitCold:
            return UnavoidableWork(
                keyGenerations: 1 + levels, signatures: 2, seals: others, aeads: 2,
                expansions: schedule + 4 + 3 * levels)
        case .commitWarm:
            return UnavoidableWork(
                keyGenerations: 1 + levels, signatures: 2, seals: levels, aeads: 2,
                expansions: schedule + 4 + 3 * levels)
        case .processCold, .processWarm:
            // The message's and the new leaf's signature; one path secret, whose node's public key is compared.
            return UnavoidableWork(
                keyGenerations: 1, verifications: 2, opens: 1, aeads: 2, expansions: schedule + 4 + 3)
        case .encrypt:
            var work = framing
            work.signatures = 1
            return work
        case .decrypt:
            var work = framing
            work.verifications = 1
            return work
        }
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    var text: String {
        var lines = [
            """
            Primitives in µs: key generation \(Self.micro(primitives.keyGeneration)), sign \(Self.micro(primitives.sign)), \
            verify \(Self.micro(primitives.verify)), HPKE seal \(Self.micro(primitives.hpkeSeal)), \
            open \(Self.micro(primitives.hpkeOpen)), AES-GCM of 100 bytes \(Self.micro(primitives.aead)), \
            HKDF-Expand \(Self.micro(primitives.expand)).
            """,
            Self.line("", "members", "ms", "floor", "ratio"),
        ]
        lines += rows.map { row in
            Self.line(
                row.kind.rawValue, String(row.members), Self.number(row.seconds * 1_000, 3),
                Self.number(row.floor * 1_000, 3), Self.number(row.ratio, 2))
        }
        lines += speedups.map { speedup in
            """
            On all cores: \(speedup.kind.rawValue) with \(speedup.members) members \(Self.number(speedup.factor, 2)) times as \
            fast, the bare primitives \(Self.number(speedup.primitives, 2)) times.
            """
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ name: String, _ columns: String...) -> String {
        name.padding(toLength: 24, withPad: " ", startingAt: 0)
            + columns.map { String(repeating: " ", count: max(1, 12 - $0.count)) + $0 }.joined()
    }

    private static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
    private static func micro(_ seconds: Double) -> String { number(seconds * 1_000_000, 1) }
}
