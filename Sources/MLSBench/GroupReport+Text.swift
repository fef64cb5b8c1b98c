import Foundation

extension GroupReport {
    /// A table for people.
    package var text: String {
        var lines = [
            """
            Primitives in µs: key generation \(Self.micro(primitives.keyGeneration)), sign \(Self.micro(primitives.sign)), \
            verify \(Self.micro(primitives.verify)), HPKE seal \(Self.micro(primitives.hpkeSeal)), \
            open \(Self.micro(primitives.hpkeOpen)), AES-GCM of 100 bytes \(Self.micro(primitives.aead)), \
            HKDF-Expand \(Self.micro(primitives.expand)), SHA-256 \(Self.micro(primitives.hash)).
            """,
            Self.line("", "members", "ms", "floor", "ratio"),
        ]
        lines += rows.map { row in
            Self.line(
                row.kind.rawValue, String(row.members), Self.number(row.seconds * 1_000, 3),
                Self.number(row.floor * 1_000, 3), Self.number(row.ratio, 2))
        }
        lines += sizes.map { sizes in
            """
            \(sizes.members) members, in bytes: epoch record \(sizes.epochRecord); the whole group \(sizes.wholeGroup), \
            saved again after a commit \(sizes.afterCommit), after a message \(sizes.afterMessage)\
            \(sizes.memory.map { "; memory of a process \($0)" } ?? "").
            """
        }
        lines += speedups.map { speedup in
            """
            On all cores: \(speedup.kind.rawValue) with \(speedup.members) members \(Self.number(speedup.factor, 2)) times as \
            fast, the bare primitives \(Self.number(speedup.primitives, 2)) times: \(Self.number(speedup.share, 2)) of that.
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
