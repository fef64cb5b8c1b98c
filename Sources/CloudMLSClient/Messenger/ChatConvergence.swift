package import CloudMLSAPI

/// Which of several groups that were made for one chat stays: all members come to the same answer by
/// themselves.
package enum ChatConvergence {
    package struct Candidate: Sendable, Hashable {
        package var id: GroupID
        /// When the auth-delivery server accepted the first commit with more than one member, in seconds since 1970.
        package var stamp: UInt64?
        package var members: Set<AccountAddress>

        package init(id: GroupID, stamp: UInt64?, members: Set<AccountAddress>) {
            self.id = id
            self.stamp = stamp
            self.members = members
        }
    }

    /// How far apart groups of one moment may be, in seconds.
    package static let window: UInt64 = 600

    /// The groups that give way. The order is that of the server's stamps, then of the ids: never of a creator's clock.
    ///
    /// - Returns: nil if a person has to decide: the groups are not of one moment, or have other members.
    package static func losers(_ candidates: [Candidate]) -> [GroupID]? {
        let stamped = candidates.compactMap { candidate in candidate.stamp.map { (candidate, $0) } }
        guard stamped.count == candidates.count, let members = candidates.first?.members,
            candidates.allSatisfy({ $0.members == members })
        else { return nil }
        let sorted = stamped.sorted { lhs, rhs in
            lhs.1 == rhs.1 ? lhs.0.id.bytes.lexicographicallyPrecedes(rhs.0.id.bytes) : lhs.1 < rhs.1
        }
        guard let first = sorted.first, let last = sorted.last, last.1 - first.1 <= window else { return nil }
        return sorted.dropFirst().map(\.0.id)
    }
}
