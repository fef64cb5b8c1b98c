public import CloudMLSAPI

/// A platform account of the user's.
public struct AccountSummary: Sendable, Hashable {
    public var account: AccountAddress
    /// What its platform needs to know.
    public var settings: [String: String]

    public init(account: AccountAddress, settings: [String: String]) {
        self.account = account
        self.settings = settings
    }
}

/// What can be done with a group.
public enum GroupState: String, Sendable, Hashable {
    /// Its creation was cut short; `sync()` finishes it.
    case creating
    case active
    /// The account is no longer a member; what was received can be read.
    case removed
    /// It can be read and not written to.
    case readOnly

    init(_ status: StoreIndex.Group.Status) {
        switch status {
        case .creating: self = .creating
        case .active: self = .active
        case .removed: self = .removed
        case .readOnly: self = .readOnly
        }
    }
}

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

/// An account that shows another identity key than it did first.
public struct IdentityChange: Sendable, Hashable {
    public var account: AccountAddress
    /// The newest key that was seen.
    public var key: [UInt8]
    /// Seconds since 1970 when it was seen first.
    public var seen: UInt64

    public init(account: AccountAddress, key: [UInt8], seen: UInt64) {
        self.account = account
        self.key = key
        self.seen = seen
    }
}

/// What is wrong with one group.
public struct GroupProblem: Sendable, Hashable {
    public var group: GroupID
    public var error: ClientError

    public init(group: GroupID, error: ClientError) {
        self.group = group
        self.error = error
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(group) }
}

/// What a synchronisation did.
public struct SyncReport: Sendable, Hashable {
    /// How many inbox entries were processed.
    public var processed = 0
    /// Groups that somebody added the user to.
    public var joined: [GroupID] = []
    /// What could not be processed this time.
    public var parked: [ParkedReport] = []
    /// All accounts whose identity key has changed since it was first seen.
    public var identityChanges: [IdentityChange] = []
    public var problems: [GroupProblem] = []
    /// Groups that gave way to another one for the same chat, made at the same moment: they can still be read.
    public var replaced: [GroupID] = []
    /// Chats with several groups of which a person has to choose: they are of different times or have different members.
    public var undecidedChats: [String] = []
    /// Groups of which the key store had an older state than this user has seen, and which go on in a new epoch.
    public var healed: [GroupID] = []
    /// Groups that can only be read until another member has added the user's account again, which happens by itself:
    /// what led to their newest epoch was lost with a newer state of the key store.
    public var waiting: [GroupID] = []

    public init() {}

    mutating func note(_ healing: GroupActor.Healing, of group: GroupID) {
        switch healing {
        case .healed: healed.append(group)
        case .waiting: waiting.append(group)
        }
    }
}
