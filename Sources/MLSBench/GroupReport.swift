import Foundation

/// What was measured of groups.
package struct GroupReport: Codable, Sendable {
    package enum Kind: String, Codable, CaseIterable, Sendable {
        case create
        case join
        case commitCold = "commit, cold"
        case processCold = "process a commit, cold"
        case commitWarm = "commit, warm"
        case processWarm = "process a commit, warm"
        case encrypt = "encrypt 100 bytes"
        case decrypt = "decrypt 100 bytes"
    }

    package struct Row: Codable, Sendable {
        package var members: Int
        package var kind: Kind
        package var seconds: Double
        /// What the primitives that it cannot do without cost, in seconds.
        package var floor: Double
        /// Of the two.
        package var ratio: Double
        /// As they were between the row's repetitions.
        package var primitives: Primitives

        package init(_ kind: Kind, seconds: Double, _ lengths: UnavoidableWork.Lengths, primitives: Primitives) {
            members = lengths.members
            self.kind = kind
            self.seconds = seconds
            floor = UnavoidableWork(kind, lengths).cost(primitives)
            ratio = floor > 0 ? seconds / floor : 0
            self.primitives = primitives
        }
    }

    /// How much faster something is on all cores.
    package struct Speedup: Codable, Sendable {
        package var members: Int
        package var kind: Kind
        package var factor: Double
        /// That of the bare primitives.
        package var primitives: Double
        /// How much of what the cores give the bare primitives.
        package var share: Double

        /// How much faster it was in one round, and how much the bare primitives right beside it.
        package typealias Round = (factor: Double, primitives: Double)

        /// The medians of all rounds.
        package init(members: Int, kind: Kind, rounds: [Round]) {
            self.members = members
            self.kind = kind
            factor = Stopwatch.median(rounds.map(\.factor))
            primitives = Stopwatch.median(rounds.map(\.primitives))
            share = Stopwatch.median(rounds.map { $0.primitives > 0 ? $0.factor / $0.primitives : 0 })
        }
    }

    /// How much a member of a warm group stores, in bytes.
    package struct Sizes: Codable, Sendable {
        package var members: Int
        package var epochRecord: Int
        /// Head and pages of the whole group.
        package var wholeGroup: Int
        /// Head and new pages, names included: the largest of some commits, own ones and others'.
        package var afterCommit: Int
        /// The same after a message was encrypted or decrypted, and the generation that the sender counts.
        package var afterMessage: Int
        /// What a process with the group takes above one without; `nil` where the system does not say.
        package var memory: Int?
    }

    /// The medians of all rows.
    package var primitives: Primitives
    package var rows: [Row]
    package var sizes: [Sizes]
    package var speedups: [Speedup]

    package init(rows: [Row], sizes: [Sizes], speedups: [Speedup]) {
        primitives = .median(of: rows.map(\.primitives))
        self.rows = rows
        self.sizes = sizes
        self.speedups = speedups
    }

    package var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
