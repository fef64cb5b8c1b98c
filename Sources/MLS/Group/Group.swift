import MLSCodec

/// One member's view of a group in one epoch (RFC 9420 §8).
///
/// A value: an operation that fails or is abandoned leaves it as it was. It does no I/O and has no clock.
///
/// By default (`KeyRetention.strict`) it deletes every message key with its use (RFC 9420 §9.2): it sends with
/// `encrypt(_:authenticatedData:padding:signer:)`, reads with `read(_:)` or `process(_:preSharedKeys:)`, and gives the keys
/// of encrypted handshake messages with `reserveFraming(padding:)`. All of them change it. A key that a state has used must
/// never be used again, so that whoever stores the group stores the changed state *before* the message leaves: after a
/// crash, the older state would encrypt another message with the same key.
///
/// With `KeyRetention.rederivable` it keeps what message keys come from, and does not count the generations of messages it
/// sends: the caller hands in generations that were never used before, from a store that does not forget them when a state
/// is thrown away.
///
/// Who is no member can join by `stageExternalJoin(_:_:provider:)` and propose by `MLSMessage.externalProposal` and
/// `MLSMessage.newMemberProposal`. A group is continued by another one with `stageReInitialized(_:policy:provider:)`, and
/// some of its members found another one with `stageBranch(_:groupID:extensions:policy:)`.
public struct Group: Sendable {
    /// Of the group's cipher suite. It is no part of the stored form.
    public let provider: any CipherSuiteProvider
    /// What all members agree on in this epoch.
    public internal(set) var context: GroupContext
    var tree: RatchetTree
    /// The private keys of the own leaf and of those nodes above it that this member knows.
    var treeKeys: TreePrivateKeys
    /// Where this client stands in the tree. It keeps the place for as long as it is a member.
    public let ownLeafIndex: LeafIndex
    var epochSecrets: EpochSecrets
    /// That of the commit that began the epoch, or of the group's creation (RFC 9420 §11).
    var confirmationTag: [UInt8]
    var interimTranscriptHash: [UInt8]
    /// Valid proposals of this epoch, in the order they arrived, own ones among them.
    public internal(set) var pendingProposals: [PendingProposal]
    /// Whether a commit removed this client: the state is that of the last epoch it was in, and refuses to go on.
    public internal(set) var isRemoved: Bool
    /// What the commit that began this epoch asked for, if it was a ReInit (RFC 9420 §11.2). The group is over then: it
    /// refuses to send and to process, what was sent in it stays readable, and another one takes its place.
    public package(set) var reInit: ReInit? = nil

    /// Belongs to the epoch, as the secrets do: a group of another epoch is always a new value.
    var followedRatchets = FollowedRatchets()
    /// What is left of the message keys, where they are deleted; the epoch's encryption secret is empty then.
    var deletion: KeyDeletion? = nil
    /// No part of the stored form.
    var rules = GroupRules()
    var credentials: (any CredentialVerifier)? { rules.credentials }

    /// Settled when the group was created.
    public var cipherSuite: CipherSuite { context.cipherSuite }
    /// Settled when the group was created.
    public var groupID: [UInt8] { context.groupID }
    /// How many commits the group has had: 0 when it is created, and one more with each merge.
    public var epoch: UInt64 { context.epoch }
    /// The GroupContext's (RFC 9420 §8.1), which all members have agreed on.
    public var extensions: [Extension] { context.extensions }

    /// All members, in the order of their leaves.
    public var members: [Member] {
        tree.leaves.map { Member(leafIndex: $0.index, leafNode: $0.leafNode) }
    }

    /// The member at this leaf; `nil` if it is blank or outside of the tree.
    public func member(at leafIndex: LeafIndex) -> Member? {
        tree[leafIndex].map { Member(leafIndex: leafIndex, leafNode: $0) }
    }

    /// The ratchet tree as the `ratchet_tree` extension has it (RFC 9420 §12.4.3.3), for a Welcome without it.
    public var ratchetTree: [UInt8] { tree.encoded }

    /// Says which epoch of which group this is, without telling anything about it (RFC 9420 §8.7).
    public var epochAuthenticator: SecretBytes { epochSecrets.epochAuthenticator }

    /// `MLS-Exporter` (RFC 9420 §8.5): a secret of this epoch for another protocol.
    ///
    /// - Parameter length: in bytes, at most 255 times the hash's length.
    public func exportSecret(label: String, context: [UInt8], length: Int) throws(MLSError) -> SecretBytes {
        try MLSError.mapping {
            try epochSecrets.export(label: label, context: context, length: length, provider: provider)
        }
    }

    /// What reads this epoch's application messages once the group has gone on. Of a group that deletes its keys, it reads
    /// nothing.
    public var epochRecord: EpochRecord {
        EpochRecord(
            context: context, leafCount: tree.leafCount, senderDataSecret: epochSecrets.senderDataSecret,
            encryptionSecret: epochSecrets.encryptionSecret, provider: provider)
    }

    /// Throws unless the group can go on.
    func checkActive() throws(MLSError) {
        guard !isRemoved else { throw MLSError(.removed) }
        guard reInit == nil else { throw MLSError(.reInitialized) }
    }

    func requiredMember(at index: LeafIndex) throws(MLSError) -> Member {
        guard let member = member(at: index) else { throw MLSError(.unknownMember, "leaf \(index.rawValue)") }
        return member
    }

    /// Throws unless this is the private half of the own leaf's signature key.
    func checkSigner(_ signer: SignaturePrivateKey) throws(MLSError) {
        let own = try requiredMember(at: ownLeafIndex)
        guard (try? provider.publicKey(of: signer)) == own.signatureKey else {
            throw MLSError(.missingKey, "not the signature key of the own leaf")
        }
    }
}
