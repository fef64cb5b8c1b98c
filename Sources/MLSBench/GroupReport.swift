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

        package init(members: Int, kind: Kind, factor: Double, primitives: Double) {
            self.members = members
            self.kind = kind
            self.factor = factor
            self.primitives = primitives
            share = primitives > 0 ? factor / primitives : 0
        }
    }

    /// The medians of all rows.
    package var primitives: Primitives
    package var rows: [Row]
    package var speedups: [Speedup]

    package init(rows: [Row], speedups: [Speedup]) {
        primitives = .median(of: rows.map(\.primitives))
        self.rows = rows
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
