/// Something that could not be processed and never will be.
public struct ParkedReport: Sendable, Hashable {
    public var group: GroupID
    public var reason: String
    /// Seconds since 1970.
    public var time: UInt64

    public init(group: GroupID, reason: String, time: UInt64) {
        self.group = group
        self.reason = reason
        self.time = time
    }
}
