import MLSCodec

/// What a group that deletes its keys has left of them (RFC 9420 §9.2).
struct KeyDeletion: Hashable, Sendable, MLSStruct {
    let pastEpochLimit: UInt8
    let skippedGenerations: UInt32
    /// This epoch's.
    var keys: UnusedKeys
    /// From the oldest on; at most `pastEpochLimit`.
    private(set) var pastEpochs: [PastEpoch] = []

    /// How many bytes past epochs may take in the stored form: no vector can have 2^30 (RFC 9420 §2.1.2), and credentials
    /// are as long as others make them.
    private static let pastEpochSpace = 1 << 27

    init(pastEpochLimit: UInt8, skippedGenerations: UInt32, keys: UnusedKeys) {
        self.pastEpochLimit = pastEpochLimit
        self.skippedGenerations = skippedGenerations
        self.keys = keys
    }

    static let layout: StructLayout<Self, UInt8, UInt32, UnusedKeys, [PastEpoch]> = StructLayout(
        \.pastEpochLimit, \.skippedGenerations, \.keys, \.storedPastEpochs
    ) {
        var deletion = Self(pastEpochLimit: $0, skippedGenerations: $1, keys: $2)
        deletion.pastEpochs = $3
        return deletion
    }

    /// Takes over what can be read still of the epoch that has just ended, and of those before it.
    ///
    /// - Parameter ended: not asked for if no past epoch is kept.
    mutating func keepPastEpochs(of old: KeyDeletion, ended: () -> PastEpoch) {
        guard pastEpochLimit > 0 else { return }
        pastEpochs = (old.pastEpochs + [ended()]).suffix(Int(pastEpochLimit))
    }

    /// Without the oldest ones where all would take more than `pastEpochSpace`.
    private var storedPastEpochs: [PastEpoch] {
        var room = Self.pastEpochSpace
        let latest = pastEpochs.reversed().prefix { epoch in
            room -= epoch.space
            return room >= 0
        }
        return latest.reversed()
    }

    /// Where a past epoch is, if it is kept.
    func pastEpoch(_ epoch: UInt64) -> Int? { pastEpochs.firstIndex { $0.context.epoch == epoch } }

    mutating func remove(_ step: UnusedKeys.Step, fromPastEpochAt index: Int) {
        pastEpochs[index].keys.remove(step)
        // On the way to a leaf's keys its ratchet for handshakes appears again (RFC 9420 §9).
        pastEpochs[index].keys.dropRatchets(of: .handshake)
    }
}

/// An epoch that is over, as far as application messages can still be read in it.
struct PastEpoch: Hashable, Sendable, MLSStruct {
    /// Somebody whose message may still arrive.
    struct Sender: Hashable, Sendable, MLSStruct {
        let leafIndex: LeafIndex
        let credential: Credential
        let signatureKey: SignaturePublicKey

        static let layout: StructLayout<Self, LeafIndex, Credential, SignaturePublicKey> = StructLayout(
            \.leafIndex, \.credential, \.signatureKey
        ) { Self(leafIndex: $0, credential: $1, signatureKey: $2) }
    }

    /// All who could send. The epoch's tree knows them, and keeping it costs nothing; it is stored as a list.
    enum Senders: Hashable, Sendable, MLSCodable {
        case tree(RatchetTree)
        case list([Sender])

        var all: [Sender] {
            switch self {
            case .tree(let tree): tree.leaves.map { Sender(leafIndex: $0.index, $0.leafNode) }
            case .list(let senders): senders
            }
        }

        subscript(leafIndex: LeafIndex) -> Sender? {
            switch self {
            case .tree(let tree): tree[leafIndex].map { Sender(leafIndex: leafIndex, $0) }
            case .list(let senders): senders.first { $0.leafIndex == leafIndex }
            }
        }

        func encode(into writer: inout MLSWriter) { all.encode(into: &writer) }
        init(from reader: inout MLSReader) throws(CodecError) { self = .list(try [Sender](from: &reader)) }

        static func == (lhs: Self, rhs: Self) -> Bool { lhs.all == rhs.all }
        func hash(into hasher: inout Hasher) { hasher.combine(all) }
    }

    let context: GroupContext
    let senderDataSecret: SecretBytes
    var keys: UnusedKeys
    let senders: Senders

    static let layout: StructLayout<Self, GroupContext, SecretBytes, UnusedKeys, Senders> = StructLayout(
        \.context, \.senderDataSecret, \.keys, \.senders
    ) { Self(context: $0, senderDataSecret: $1, keys: $2, senders: $3) }

    /// What it takes in the stored form, or a little more, in bytes; without the keys that messages leave when they are
    /// overtaken, which have a limit of their own.
    var space: Int {
        let credentials = senders.all.reduce(0) { $0 + $1.credential.space + $1.signatureKey.bytes.count + 16 }
        return credentials + context.extensions.reduce(0) { $0 + $1.data.count + 8 } + context.groupID.count + 1_024
    }

    func sender(at leafIndex: LeafIndex) throws(MLSError) -> Sender {
        guard let sender = senders[leafIndex] else {
            throw MLSError(.unknownMember, "leaf \(leafIndex.rawValue)")
        }
        return sender
    }
}

extension PastEpoch.Sender {
    fileprivate init(leafIndex: LeafIndex, _ leafNode: LeafNode) {
        self.init(
            leafIndex: leafIndex, credential: leafNode.content.credential,
            signatureKey: leafNode.content.signatureKey)
    }
}

extension Credential {
    /// What it takes in the stored form, or a little more, in bytes.
    fileprivate var space: Int {
        switch self {
        case .basic(let identity): identity.count + 8
        case .x509(let certificates): certificates.reduce(8) { $0 + $1.count + 4 }
        }
    }
}
