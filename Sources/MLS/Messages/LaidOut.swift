import MLSCodec

/// A public structure whose fields and their order are nobody's business outside of this module: what `MLSStruct` is, with
/// the layout kept inside. Callers see that it is `MLSCodable`.
protocol LaidOut: MLSCodable {
    associatedtype Layout: StructLayoutProtocol where Layout.Root == Self
    static var layout: Layout { get }
}

// A witness of a public protocol has to be public, whatever it comes from.
extension LaidOut {
    /// Writes the fields in their order.
    public func encode(into writer: inout MLSWriter) {
        Self.layout.encode(self, into: &writer)
    }

    /// Reads the fields in their order.
    ///
    /// - Throws: `CodecError` for what is not such a structure.
    public init(from reader: inout MLSReader) throws(CodecError) {
        self = try Self.layout.decode(from: &reader)
    }
}
