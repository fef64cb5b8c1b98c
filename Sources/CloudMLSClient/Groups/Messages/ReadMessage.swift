public import CloudMLSAPI

/// What a text from a platform turned out to be.
public enum ReadMessage: Sendable, Hashable {
    /// It was encrypted in one of the user's groups, and its signature is right.
    case sealed(SealedMessage)
    /// It does not claim to be encrypted: written before the group, or without CloudMLS.
    case plain(String)
    /// It claims to be encrypted and cannot be read. It is never shown as if it were plain.
    case undecryptable(UndecryptableReason)
}

/// A message that was read, and who wrote it.
public struct SealedMessage: Sendable, Hashable {
    public var text: String
    /// Whose signature it carries, whatever the platform says.
    public var sender: AccountAddress
    public var group: GroupID
    /// The group's epoch that it was sent in.
    public var epoch: UInt64

    public init(text: String, sender: AccountAddress, group: GroupID, epoch: UInt64) {
        self.text = text
        self.sender = sender
        self.group = group
        self.epoch = epoch
    }
}

/// Why a message cannot be read.
public enum UndecryptableReason: Sendable, Hashable {
    /// It is cut off, or not an MLS message.
    case damaged
    /// It belongs to a group, or an epoch of it, that this user is not in or has not heard of yet: synchronise, and try
    /// again.
    case notAMember(GroupID, epoch: UInt64)
    /// Its ciphertext or its signature is wrong.
    case notAuthentic
    /// A later release of the program wrote it.
    case contentOfAnotherVersion
}
