import MLSCodec

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
