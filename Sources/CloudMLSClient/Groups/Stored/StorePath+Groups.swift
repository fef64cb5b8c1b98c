extension StorePath {
    /// `ParkedMessages`.
    package static let parked = "parked"
    /// `IdentityPins`.
    package static let pins = "pins"

    /// `GroupHead`.
    package static func head(_ group: GroupID) -> String { "group/\(group.hex)/head" }
    /// `EpochRecord`.
    package static func epoch(_ epoch: UInt64, of group: GroupID) -> String { "group/\(group.hex)/epoch/\(epoch)" }
    /// `Roster`.
    package static func roster(_ group: GroupID) -> String { "group/\(group.hex)/roster" }
    /// `GenerationCounts`.
    package static func generations(_ epoch: UInt64, of group: GroupID) -> String {
        "group/\(group.hex)/generations/\(epoch)"
    }
}
