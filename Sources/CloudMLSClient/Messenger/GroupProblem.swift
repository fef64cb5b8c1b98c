/// What is wrong with one group.
public struct GroupProblem: Sendable, Hashable {
    public var group: GroupID
    public var error: ClientError

    public init(group: GroupID, error: ClientError) {
        self.group = group
        self.error = error
    }
}
