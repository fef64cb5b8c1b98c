/// `POST /v1/groups`: registers a group at epoch 0 with its creator as the only member. The same creator may repeat it.
public struct GroupRegistration: Codable, Sendable {
    /// The MLS group id, 16 to 64 random bytes; in paths in hexadecimal.
    public var groupID: Bytes
    public var account: AccountAddress
    public var cipherSuite: UInt16

    public init(groupID: Bytes, account: AccountAddress, cipherSuite: UInt16) {
        self.groupID = groupID
        self.account = account
        self.cipherSuite = cipherSuite
    }
}

/// `GET /v1/groups/{id}`, for members; also the answer to `POST /v1/groups`.
public struct GroupInfoRecord: Codable, Sendable {
    public var groupID: Bytes
    public var epoch: UInt64
    public var members: [AccountAddress]
    /// Seconds since 1970 when the first commit with more than one member was accepted.
    public var stamp: UInt64?

    public init(groupID: Bytes, epoch: UInt64, members: [AccountAddress], stamp: UInt64?) {
        self.groupID = groupID
        self.epoch = epoch
        self.members = members
        self.stamp = stamp
    }
}

/// `GET /v1/groups?after=<group id in hexadecimal>`: the groups in which the user has a member, by group id, at most
/// 1,000 a page. After a gap in the inbox it tells which logs to read.
public struct GroupList: Codable, Sendable {
    public struct Item: Codable, Sendable, Hashable {
        public var groupID: Bytes
        public var epoch: UInt64
        /// The number of the newest entry in the group's log; 0 before the first.
        public var sequence: UInt64
        /// The members that have asked to be removed and added again in this epoch or an earlier one, by address; left
        /// out where there is none.
        public var rejoining: [AccountAddress]?

        public init(groupID: Bytes, epoch: UInt64, sequence: UInt64, rejoining: [AccountAddress]? = nil) {
            self.groupID = groupID
            self.epoch = epoch
            self.sequence = sequence
            self.rejoining = rejoining
        }
    }

    public var groups: [Item]
    public var more: Bool

    public init(groups: [Item], more: Bool) {
        self.groups = groups
        self.more = more
    }
}

/// `POST /v1/groups/{id}/commits`.
public struct CommitPost: Codable, Sendable {
    /// The committer.
    public var account: AccountAddress
    /// The epoch that the commit ends.
    public var epoch: UInt64
    /// An MLSMessage: a PrivateMessage of content type commit, whose `authenticated_data` is a `CommitAnnouncement`.
    public var commit: Bytes
    /// One MLSMessage with a Welcome for all added members; nil exactly where nobody is added.
    public var welcome: Bytes?
    /// `Hash(epoch_authenticator)` of the new epoch, so that members can tell a garbage commit.
    public var confirmation: Bytes

    public init(account: AccountAddress, epoch: UInt64, commit: Bytes, welcome: Bytes?, confirmation: Bytes) {
        self.account = account
        self.epoch = epoch
        self.commit = commit
        self.welcome = welcome
        self.confirmation = confirmation
    }
}

/// `POST /v1/groups/{id}/proposals`: an MLSMessage with a proposal for the current epoch.
public struct ProposalPost: Codable, Sendable {
    public var account: AccountAddress
    public var epoch: UInt64
    public var proposal: Bytes

    public init(account: AccountAddress, epoch: UInt64, proposal: Bytes) {
        self.account = account
        self.epoch = epoch
        self.proposal = proposal
    }
}

/// The answer to a commit or proposal that was accepted, now or before.
public struct PostResult: Codable, Sendable, Hashable {
    /// The entry's number in the group's log.
    public var sequence: UInt64
    /// The group's epoch after it.
    public var epoch: UInt64
    /// The newest entry of the server's identity history when it accepted the message.
    public var identityHistory: UInt64

    public init(sequence: UInt64, epoch: UInt64, identityHistory: UInt64) {
        self.sequence = sequence
        self.epoch = epoch
        self.identityHistory = identityHistory
    }
}

/// `POST /v1/groups/{id}/void`: asks that a commit never be accepted.
public struct VoidRequest: Codable, Sendable {
    public var account: AccountAddress
    public var epoch: UInt64
    /// SHA-256 of the commit's MLSMessage.
    public var hash: Bytes

    public init(account: AccountAddress, epoch: UInt64, hash: Bytes) {
        self.account = account
        self.epoch = epoch
        self.hash = hash
    }
}

/// The answer: the commit has won already (`accepted` is there), or it is void for ever.
public struct VoidResponse: Codable, Sendable {
    public var accepted: PostResult?
    public init(accepted: PostResult?) { self.accepted = accepted }
}

/// `POST /v1/groups/{id}/reports`: whether a member could apply a commit; 204.
public struct CommitReport: Codable, Sendable {
    public enum Outcome: String, Codable, Sendable {
        case applied
        case rejected
    }

    public var account: AccountAddress
    public var epoch: UInt64
    public var hash: Bytes
    public var outcome: Outcome

    public init(account: AccountAddress, epoch: UInt64, hash: Bytes, outcome: Outcome) {
        self.account = account
        self.epoch = epoch
        self.hash = hash
        self.outcome = outcome
    }
}

/// `POST /v1/groups/{id}/rejoin`: a member cannot follow the group any more, and asks to be removed and added again in one
/// commit; 204. The others see it in `GroupList`, until somebody has done it.
public struct RejoinRequest: Codable, Sendable {
    public var account: AccountAddress
    public init(account: AccountAddress) { self.account = account }
}

/// `GET /v1/groups/{id}/reports?epoch=<n>`: what members said about the commit that ended the epoch, by account.
public struct CommitReportList: Codable, Sendable {
    public var reports: [CommitReport]
    public init(reports: [CommitReport]) { self.reports = reports }
}
