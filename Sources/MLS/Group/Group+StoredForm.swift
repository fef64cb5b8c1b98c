import MLSCodec

/// The stored form of a group: everything it takes to go on, secrets included. Whoever keeps it seals it.
///
/// struct {
///     uint8 version;
///     GroupContext context;
///     opaque tree<V>;
///     TreePrivateKeys tree_keys;
///     uint32 own_leaf_index;
///     EpochSecrets epoch_secrets;
///     opaque confirmation_tag<V>;
///     opaque interim_transcript_hash<V>;
///     select (version) {
///         case 1: PendingMemberProposal pending_proposals<V>;
///         case 2, 3: PendingProposal pending_proposals<V>;
///     };
///     uint8 is_removed;
///     select (version) {
///         case 1: struct{};
///         case 2, 3: optional<ReInit> re_init;
///     };
///     select (version) {
///         case 1, 2: struct{};
///         case 3: KeyDeletion deletion;
///     };
/// } StoredGroup;
///
/// What version 1 can say is written as version 1, so that programs that know no other can read it. Groups that delete
/// their keys are of version 3: a program that would derive keys again cannot read them.
extension Group {
    /// The stored form. Two groups are in the same state exactly if these are equal.
    public var encodedState: [UInt8] {
        var writer = MLSWriter()
        encodeState(into: &writer) { tree.encode(into: &$0) }
        return writer.bytes
    }

    /// Writes the stored form, with what `encodeTree` writes in the tree's place.
    func encodeState(into writer: inout MLSWriter, tree encodeTree: (inout MLSWriter) -> Void) {
        let ofMembers = pendingProposals.compactMap { PendingMemberProposal($0) }
        let isVersion1 = deletion == nil && reInit == nil && ofMembers.count == pendingProposals.count
        writer.write(integer: UInt8(deletion != nil ? 3 : isVersion1 ? 1 : 2))
        context.encode(into: &writer)
        encodeTree(&writer)
        treeKeys.encode(into: &writer)
        ownLeafIndex.encode(into: &writer)
        epochSecrets.encode(into: &writer)
        confirmationTag.encode(into: &writer)
        interimTranscriptHash.encode(into: &writer)
        if isVersion1 { ofMembers.encode(into: &writer) } else { pendingProposals.encode(into: &writer) }
        writer.write(integer: UInt8(isRemoved ? 1 : 0))
        if !isVersion1 { reInit.encode(into: &writer) }
        deletion?.encode(into: &writer)
    }

    /// Reads a stored form.
    ///
    /// The bytes must come from `encodedState` by way of a storage that notices changes: signatures, hashes and key
    /// pairs in them are not checked again. No bytes lead to a crash.
    ///
    /// A group that deletes its keys must be read from the latest form that was stored: an older one has keys that were used
    /// since.
    ///
    /// - Parameters:
    ///   - rules: for what comes into the group from now on.
    ///   - providers: gives a provider for the group's cipher suite.
    /// - Throws: `unknownVersion`, `malformed`, `unsupported`.
    public init(
        decodingState bytes: [UInt8], rules: GroupRules = GroupRules(),
        providers: (CipherSuite) throws(CryptoError) -> any CipherSuiteProvider
    ) throws(MLSError) {
        var reader = MLSReader(bytes)
        try self.init(decodingStateFrom: &reader, rules: rules, providers: providers) {
            (reader) throws(CodecError) in
            try RatchetTree(from: &reader)
        }
    }

    /// Reads a stored form to its end, with what `decodeTree` reads in the tree's place.
    init(
        decodingStateFrom reader: inout MLSReader, rules: GroupRules,
        providers: (CipherSuite) throws(CryptoError) -> any CipherSuiteProvider,
        tree decodeTree: (inout MLSReader) throws -> RatchetTree
    ) throws(MLSError) {
        self = try MLSError.mapping {
            let version = try reader.readInteger(UInt8.self)
            guard (1...3).contains(version) else { throw MLSError(.unknownVersion) }
            let context = try GroupContext(from: &reader)
            let group = Group(
                provider: try providers(context.cipherSuite), context: context, tree: try decodeTree(&reader),
                treeKeys: try TreePrivateKeys(from: &reader), ownLeafIndex: try LeafIndex(from: &reader),
                epochSecrets: try EpochSecrets(from: &reader), confirmationTag: try reader.readOpaque(),
                interimTranscriptHash: try reader.readOpaque(),
                pendingProposals: version == 1
                    ? try [PendingMemberProposal](from: &reader).map(\.pending)
                    : try [PendingProposal](from: &reader),
                isRemoved: try Self.readFlag(from: &reader),
                reInit: version == 1 ? nil : try ReInit?(from: &reader),
                deletion: version == 3 ? try KeyDeletion(from: &reader) : nil, rules: rules)
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
    /// Whether two groups are in the same state, secrets included. It compares the stored forms, and is for tests more
    /// than for work: a large group takes long.
    public static func == (lhs: Group, rhs: Group) -> Bool { lhs.encodedState == rhs.encodedState }
}
