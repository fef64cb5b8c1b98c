import Foundation

/// What was measured.
struct BenchReport: Codable {
    /// One kind of request beside the same number of connections to a bare route.
    struct Row: Codable {
        var name: String
        var rate: Rate
        var bare: Rate
        /// Of the two rates.
        var ratio: Double
        /// Microseconds of the processors that a request takes at the server; nil where that is not known.
        var processorMicroseconds: Double?
    }

    /// Sizes are in megabytes (10⁶ bytes).
    struct Memory: Codable {
        var objects: Int
        var rssAnonAfterWriting: Double
        var rssAnonAfterStart = 0.0
        var startMilliseconds = 0.0
    }

    /// A change of the password: means of a few, in milliseconds.
    struct PasswordChange: Codable {
        var objects: Int
        var milliseconds: Double
        /// Of that the client's KDF.
        var hashingMilliseconds: Double

        init(objects: Int, _ times: PasswordChangeTimes) {
            self.objects = objects
            milliseconds = times.all / Double(times.changes)
            hashingMilliseconds = times.hashing / Double(times.changes)
        }
    }

    var seconds: Double
    var connections: Int
    var rows: [Row] = []
    var passwordChanges: [PasswordChange] = []
    var memory: Memory?
    /// With slower syncs: one connection, then many.
    var slowSyncWrites: [Rate] = []
    /// How many times the writes of one connection the many reach with slower syncs.
    var slowSyncFactor: Double?

    init(seconds: Double, connections: Int) {
        self.seconds = seconds
        self.connections = connections
    }

    mutating func add(_ name: String, _ rate: Rate, bare: Rate, processorSeconds: Double?) {
        rows.append(
            Row(
                name: name, rate: rate, bare: bare, ratio: rate.perSecond / bare.perSecond,
                processorMicroseconds: processorSeconds.map { $0 * 1_000_000 / Double(max(1, rate.requests)) }))
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    var text: String {
        var lines = [Self.line("", "connections", "per second", "median ms", "99 % ms", "bare", "ratio", "CPU µs")]
        for row in rows {
            lines.append(
                Self.line(
                    row.name, String(row.rate.connections), Self.number(row.rate.perSecond, 0),
                    Self.number(row.rate.medianMilliseconds, 2), Self.number(row.rate.p99Milliseconds, 2),
                    Self.number(row.bare.perSecond, 0), Self.number(row.ratio, 2),
                    row.processorMicroseconds.map { Self.number($0, 0) } ?? ""))
        }
        for rate in slowSyncWrites {
            lines.append(
                Self.line(
                    "writes, slow syncs", String(rate.connections), Self.number(rate.perSecond, 0),
                    Self.number(rate.medianMilliseconds, 2), Self.number(rate.p99Milliseconds, 2), "", ""))
        }
        if let slowSyncFactor {
            lines.append(
                "With slow syncs, many connections write \(Self.number(slowSyncFactor, 1)) times as much as one.")
        }
        for change in passwordChanges {
            lines.append(
                """
                A new password with \(change.objects) objects: \(Self.number(change.milliseconds, 0)) ms, \
                \(Self.number(change.hashingMilliseconds, 0)) ms of them the client's KDF.
                """)
        }
        if let memory {
            lines.append(
                """
                \(memory.objects) objects: RssAnon \(Self.number(memory.rssAnonAfterWriting, 1)) MB after writing them, \
                \(Self.number(memory.rssAnonAfterStart, 1)) MB after a start, which took \
                \(Self.number(memory.startMilliseconds, 0)) ms to the first answer.
                """)
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ name: String, _ columns: String...) -> String {
        name.padding(toLength: 24, withPad: " ", startingAt: 0)
            + columns.map { String(repeating: " ", count: max(1, 12 - $0.count)) + $0 }.joined()
    }

    private static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
