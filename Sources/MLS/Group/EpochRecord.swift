public import MLSCodec

/// What it takes to read the application messages of one epoch, on any device, any number of times.
///
/// It holds the secrets that all message keys of the epoch come from, and the GroupContext that signatures cover, with
/// large extensions replaced by their hashes (a `Roster` has their bytes). So it takes a few hundred bytes at any size of
/// the group. Keeping it departs from the deletion schedule of RFC 9420 §9.2: whoever has the record reads the epoch.
public struct EpochRecord: Hashable, Sendable, MLSCodable, LaidOut {
    /// The group's, for which a provider is needed to read.
    public let cipherSuite: CipherSuite
    /// The group that the epoch is one of.
    public let groupID: [UInt8]
    /// The epoch whose messages it reads.
    public let epoch: UInt64
    /// Leaves of the ratchet tree, blank ones among them: the size of the secret tree (RFC 9420 §9).
    package let leafCount: UInt32
    let senderDataSecret: SecretBytes
    let encryptionSecret: SecretBytes
    let treeHash: [UInt8]
    let confirmedTranscriptHash: [UInt8]
    let extensions: [StoredExtension]

    private var version: UInt8 { 1 }

    static let layout:
        StructLayout<
            Self, UInt8, CipherSuite, [UInt8], UInt64, UInt32, SecretBytes, SecretBytes, [UInt8], [UInt8],
            [StoredExtension]
        > = StructLayout(
            \.version, \.cipherSuite, \.groupID, \.epoch, \.leafCount, \.senderDataSecret, \.encryptionSecret,
            \.treeHash, \.confirmedTranscriptHash, \.extensions
        ) {
            (
                version, cipherSuite, groupID, epoch, leafCount, senderDataSecret, encryptionSecret, treeHash,
                confirmedTranscriptHash, extensions
            ) throws(CodecError) in
            guard version == 1 else { throw CodecError(.invalidValue, "EpochRecord.version") }
            // A tree of MLS is complete; the secret tree's arithmetic relies on it.
            guard leafCount > 0, leafCount <= 1 << 31, leafCount.nonzeroBitCount == 1 else {
                throw CodecError(.invalidValue, "EpochRecord.leafCount")
            }
            return Self(
                cipherSuite: cipherSuite, groupID: groupID, epoch: epoch, leafCount: leafCount,
                senderDataSecret: senderDataSecret, encryptionSecret: encryptionSecret, treeHash: treeHash,
                confirmedTranscriptHash: confirmedTranscriptHash, extensions: extensions)
        }

    private init(
        cipherSuite: CipherSuite, groupID: [UInt8], epoch: UInt64, leafCount: UInt32, senderDataSecret: SecretBytes,
        encryptionSecret: SecretBytes, treeHash: [UInt8], confirmedTranscriptHash: [UInt8],
        extensions: [StoredExtension]
    ) {
        self.cipherSuite = cipherSuite
        self.groupID = groupID
        self.epoch = epoch
        self.leafCount = leafCount
        self.senderDataSecret = senderDataSecret
        self.encryptionSecret = encryptionSecret
        self.treeHash = treeHash
        self.confirmedTranscriptHash = confirmedTranscriptHash
        self.extensions = extensions
    }

    init(
        context: GroupContext, leafCount: UInt32, senderDataSecret: SecretBytes, encryptionSecret: SecretBytes,
        provider: some CipherSuiteProvider
    ) {
        self.init(
            cipherSuite: context.cipherSuite, groupID: context.groupID, epoch: context.epoch, leafCount: leafCount,
            senderDataSecret: senderDataSecret, encryptionSecret: encryptionSecret, treeHash: context.treeHash,
            confirmedTranscriptHash: context.confirmedTranscriptHash,
            extensions: context.extensions.map { item in
                Self.isLarge(item)
                    ? .hashed(item.type, hash: provider.hash(item.data)) : .inline(item)
            })
    }

    /// Whether an extension is kept by its hash. Ours, and lists of required capabilities, are smaller.
    static func isLarge(_ item: Extension) -> Bool { item.data.count > 128 }

    /// An extension of the GroupContext as the record keeps it.
    enum StoredExtension: Hashable, Sendable, MLSCodable {
        case inline(Extension)
        case hashed(ExtensionType, hash: [UInt8])

        func encode(into writer: inout MLSWriter) {
            switch self {
            case .inline(let item):
                writer.write(integer: UInt8(1))
                item.encode(into: &writer)
            case .hashed(let type, let hash):
                writer.write(integer: UInt8(2))
                type.encode(into: &writer)
                hash.encode(into: &writer)
            }
        }

        init(from reader: inout MLSReader) throws(CodecError) {
            switch try reader.readInteger(UInt8.self) {
            case 1: self = .inline(try Extension(from: &reader))
            case 2: self = .hashed(try ExtensionType(from: &reader), hash: try reader.readOpaque())
            default: throw CodecError(.invalidValue, "StoredExtension")
            }
        }
    }

    /// The epoch's GroupContext, with the large extensions from the roster.
    ///
    /// - Throws: `missingKey` if the roster lacks one.
    package func groupContext(
        roster: Roster, provider: some CipherSuiteProvider
    ) throws(MLSError) -> GroupContext {
        var rebuilt: [Extension] = []
        for item in extensions {
            switch item {
            case .inline(let whole):
                rebuilt.append(whole)
            case .hashed(let type, let hash):
                let match = roster.largeExtensions.first { $0.type == type && provider.hash($0.data) == hash }
                guard let match else { throw MLSError(.missingKey, "a large extension of the epoch") }
                rebuilt.append(match)
            }
        }
        return GroupContext(
            cipherSuite: cipherSuite, groupID: groupID, epoch: epoch, treeHash: treeHash,
            confirmedTranscriptHash: confirmedTranscriptHash, extensions: rebuilt)
    }
}
