public import CloudMLSAPI

/// A group of the user's.
public struct GroupSummary: Sendable, Hashable {
    public var id: GroupID
    /// The user's account in it.
    public var account: AccountAddress
    /// The platform's name for the chat.
    public var chat: String
    /// Seconds since 1970, by its creator's clock.
    public var created: UInt64
    public var state: GroupState

    public init(id: GroupID, account: AccountAddress, chat: String, created: UInt64, state: GroupState) {
        self.id = id
        self.account = account
        self.chat = chat
        self.created = created
        self.state = state
    }
}
