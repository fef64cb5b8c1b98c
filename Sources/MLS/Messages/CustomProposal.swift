import MLSCodec

// struct {
//     ProposalType proposal_type;
//     opaque content<V>;
// } CustomProposal;

/// A proposal of a type that an application defines (RFC 9420 §12.1, §17.4). MLS carries its content, and applies it to
/// nothing (§12.3).
///
/// The content has a length here, as it has in other libraries: whoever does not know the type can read past it.
public struct CustomProposal: Hashable, Sendable {
    /// The number that the application chose, or registered.
    public let type: ProposalType
    /// What only the application understands.
    public let content: [UInt8]

    /// A proposal for `CommitRequest.proposing` or `Group.proposeCustom`. Whether the group knows its type shows there.
    ///
    /// - Throws: `unsupported` for a type that MLS gives a meaning itself.
    public init(type: ProposalType, content: [UInt8]) throws(MLSError) {
        guard !type.isBuiltIn else { throw MLSError(.unsupported, "a custom proposal of type \(type.rawValue)") }
        self.type = type
        self.content = content
    }

    /// Reads what follows a type that is not built in.
    init(ofUnknown type: ProposalType, from reader: inout MLSReader) throws(CodecError) {
        self.type = type
        content = try reader.readOpaque()
    }
}

/// What an application says of a type of proposals that it defines, as the registry does of others (RFC 9420 §17.4).
public struct CustomProposalType: Hashable, Sendable {
    /// The number of the type.
    public var type: ProposalType
    /// Whether a commit that covers one needs a path (RFC 9420 §12.4): "Path Required".
    public var requiresPath: Bool
    /// Whether those whom `external_senders` names may send one (RFC 9420 §12.1.8): "External".
    public var isAllowedForExternalSenders: Bool

    /// A type for `GroupRules.customProposals`; members alone may send it unless more is said. All members must say the same,
    /// or they accept different commits.
    ///
    /// - Parameter requiresPath: as RFC 9420 §12.4 has it of any type that does not say otherwise.
    public init(_ type: ProposalType, requiresPath: Bool = true, isAllowedForExternalSenders: Bool = false) {
        self.type = type
        self.requiresPath = requiresPath
        self.isAllowedForExternalSenders = isAllowedForExternalSenders
    }
}

extension [CustomProposalType] {
    /// What is said of a type; `nil` for one that is not among them. What MLS has itself cannot be changed, and values that
    /// mean nothing are never known (RFC 9420 §13.5).
    func entry(for type: ProposalType) -> CustomProposalType? {
        guard !type.isBuiltIn, !Grease.values.contains(type.rawValue) else { return nil }
        return first { $0.type == type }
    }
}
