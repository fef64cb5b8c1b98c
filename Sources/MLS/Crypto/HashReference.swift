public import MLSCodec

/// `opaque HashReference<V>`: a message's name for another one (RFC 9420 §5.2). `Kind` keeps the two sorts apart.
public struct HashReference<Kind: Sendable>: Hashable, Sendable, MLSCodable {
    /// The hash, as long as the cipher suite's.
    public var bytes: [UInt8]
    /// A name that was stored, or came with a message.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Writes the hash as `opaque x<V>`.
    public func encode(into writer: inout MLSWriter) { writer.write(opaque: bytes) }
    /// Reads a name, of any length.
    ///
    /// - Throws: as any decoder.
    public init(from reader: inout MLSReader) throws(CodecError) { bytes = try reader.readOpaque() }
}

/// Names a KeyPackage by the hash of its encoding.
public typealias KeyPackageRef = HashReference<KeyPackage>
/// Names a Proposal by the hash of the AuthenticatedContent that carried it.
public typealias ProposalRef = HashReference<Proposal>

extension CipherSuiteProvider {
    /// `RefHash` (RFC 9420 §5.2). The label is used as it is, without a prefix.
    package func refHash(label: String, value: [UInt8]) -> [UInt8] {
        var writer = MLSWriter(reservingCapacity: value.count + 64)
        writer.write(opaque: Array(label.utf8))
        writer.write(opaque: value)
        return hash(writer.bytes)
    }

    /// `MakeKeyPackageRef` (RFC 9420 §5.2) over an encoded KeyPackage.
    package func makeKeyPackageRef(_ keyPackage: [UInt8]) -> KeyPackageRef {
        KeyPackageRef(refHash(label: "MLS 1.0 KeyPackage Reference", value: keyPackage))
    }

    /// `MakeProposalRef` (RFC 9420 §5.2) over an encoded AuthenticatedContent.
    package func makeProposalRef(_ authenticatedContent: [UInt8]) -> ProposalRef {
        ProposalRef(refHash(label: "MLS 1.0 Proposal Reference", value: authenticatedContent))
    }
}
