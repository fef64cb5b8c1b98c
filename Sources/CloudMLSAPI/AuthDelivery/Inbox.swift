/// An entry of a group's append-only log.
public struct LogEntry: Codable, Sendable, Hashable {
    public enum Kind: String, Codable, Sendable {
        case commit
        case proposal
    }

    /// Strictly increasing within the group, from 1.
    public var sequence: UInt64
    public var kind: Kind
    /// The epoch that the message was sent in.
    public var epoch: UInt64
    /// SHA-256 of `message`.
    public var hash: Bytes
    /// The MLSMessage.
    public var message: Bytes
    /// A commit's `Hash(epoch_authenticator)`, as its sender said.
    public var confirmation: Bytes?
    public var identityHistory: UInt64
    /// Seconds since 1970 when it was accepted.
    public var accepted: UInt64

    public init(
        sequence: UInt64, kind: Kind, epoch: UInt64, hash: Bytes, message: Bytes, confirmation: Bytes?,
        identityHistory: UInt64, accepted: UInt64
    ) {
        self.sequence = sequence
        self.kind = kind
        self.epoch = epoch
        self.hash = hash
        self.message = message
        self.confirmation = confirmation
        self.identityHistory = identityHistory
        self.accepted = accepted
    }
}

/// `GET /v1/groups/{id}/log?after=<sequence>&limit=<n>`: what the user's accounts were members for.
public struct LogPage: Codable, Sendable {
    public var entries: [LogEntry]
    public var more: Bool

    public init(entries: [LogEntry], more: Bool) {
        self.entries = entries
        self.more = more
    }
}

/// A Welcome for one of the user's accounts.
public struct WelcomeDelivery: Codable, Sendable, Hashable {
    public var account: AccountAddress
    /// Which of the account's KeyPackages was used.
    public var keyPackageRef: Bytes
    /// The log entry of the commit that added the account.
    public var sequence: UInt64
    /// The epoch that the Welcome leads into.
    public var epoch: UInt64
    public var identityHistory: UInt64
    /// The MLSMessage.
    public var message: Bytes

    public init(
        account: AccountAddress, keyPackageRef: Bytes, sequence: UInt64, epoch: UInt64, identityHistory: UInt64,
        message: Bytes
    ) {
        self.account = account
        self.keyPackageRef = keyPackageRef
        self.sequence = sequence
        self.epoch = epoch
        self.identityHistory = identityHistory
        self.message = message
    }
}

/// One entry of a user's inbox; exactly one of `log`, `welcome` and `gap` is there.
public struct InboxEntry: Codable, Sendable, Hashable {
    /// Strictly increasing within the user's inbox and the server's incarnation.
    public var number: UInt64
    /// Nil with a gap that covers more than one group.
    public var groupID: Bytes?
    public var log: LogEntry?
    public var welcome: WelcomeDelivery?
    /// The inbox overflowed here: catch up from the groups' logs.
    public var gap: Bool?

    public init(
        number: UInt64, groupID: Bytes?, log: LogEntry? = nil, welcome: WelcomeDelivery? = nil, gap: Bool? = nil
    ) {
        self.number = number
        self.groupID = groupID
        self.log = log
        self.welcome = welcome
        self.gap = gap
    }
}

/// `GET /v1/inbox?after=<number>&limit=<n>&wait=<seconds>`; with `wait` it answers when there is something, or empty.
public struct InboxPage: Codable, Sendable {
    public var entries: [InboxEntry]
    public var more: Bool

    public init(entries: [InboxEntry], more: Bool) {
        self.entries = entries
        self.more = more
    }
}

/// `POST /v1/inbox/acknowledge`: everything up to and including this number is processed and may be deleted; 204.
public struct InboxAcknowledgement: Codable, Sendable {
    public var upTo: UInt64
    public init(upTo: UInt64) { self.upTo = upTo }
}
