import MLSCodec

/// The stored form of a group, version 1: everything it takes to go on, secrets included. Whoever keeps it seals it.
///
/// struct {
///     uint8 version = 1;
///     GroupContext context;
///     opaque tree<V>;
///     TreePrivateKeys tree_keys;
///     uint32 own_leaf_index;
///     EpochSecrets epoch_secrets;
///     opaque confirmation_tag<V>;
///     opaque interim_transcript_hash<V>;
///     PendingProposal pending_proposals<V>;
///     uint8 is_removed;
/// } StoredGroup;
extension Group {
    private static var storedVersion: UInt8 { 1 }

    /// The stored form. Two groups are in the same state exactly if these are equal.
    public var encodedState: [UInt8] {
        var writer = MLSWriter()
        writer.write(integer: Self.storedVersion)
        context.encode(into: &writer)
        tree.encode(into: &writer)
        treeKeys.encode(into: &writer)
        ownLeafIndex.encode(into: &writer)
        epochSecrets.encode(into: &writer)
        confirmationTag.encode(into: &writer)
        interimTranscriptHash.encode(into: &writer)
        pendingProposals.encode(into: &writer)
        writer.write(integer: UInt8(isRemoved ? 1 : 0))
        return writer.bytes
    }

    /// Reads a stored form.
    ///
    /// The bytes must come from `encodedState` by way of a storage that notices changes: signatures, hashes and key
    /// pairs in them are not checked again. No bytes lead to a crash.
    ///
    /// - Parameter providers: gives a provider for the group's cipher suite.
    /// - Throws: `unknownVersion`, `malformed`, `unsupported`.
    public init(
        decodingState bytes: [UInt8], providers: (CipherSuite) throws(CryptoError) -> any CipherSuiteProvider
    ) throws(MLSError) {
        var reader = MLSReader(bytes)
        self = try MLSError.mapping {
            guard try reader.readInteger(UInt8.self) == Self.storedVersion else { throw MLSError(.unknownVersion) }
            let context = try GroupContext(from: &reader)
            let group = Group(
                provider: try providers(context.cipherSuite), context: context, tree: try RatchetTree(from: &reader),
                treeKeys: try TreePrivateKeys(from: &reader), ownLeafIndex: try LeafIndex(from: &reader),
                epochSecrets: try EpochSecrets(from: &reader), confirmationTag: try reader.readOpaque(),
                interimTranscriptHash: try reader.readOpaque(),
                pendingProposals: try [PendingProposal](from: &reader),
                isRemoved: try Self.readFlag(from: &reader))
            try reader.expectEnd("StoredGroup")
            _ = try group.requiredMember(at: group.ownLeafIndex)
            guard group.treeKeys.leafIndex == group.ownLeafIndex else {
                throw CodecError(.invalidValue, "StoredGroup.tree_keys")
            }
            return group
        }
    }

    private static func readFlag(from reader: inout MLSReader) throws(CodecError) -> Bool {
        switch try reader.readInteger(UInt8.self) {
        case 0: return false
        case 1: return true
        default: throw CodecError(.invalidValue, "StoredGroup.is_removed")
        }
    }
}

extension Group: Equatable {
    public static func == (lhs: Group, rhs: Group) -> Bool { lhs.encodedState == rhs.encodedState }
}
