/// The fields of a structure in the order of their encoding, listed once for both directions.
///
/// ```swift
/// // struct { opaque group_id<V>; uint64 epoch; } GroupEpoch;
/// struct GroupEpoch: MLSStruct {
///     var groupID: [UInt8]
///     var epoch: UInt64
///     static let layout: StructLayout<Self, [UInt8], UInt64> = StructLayout(\.groupID, \.epoch) {
///         Self(groupID: $0, epoch: $1)
///     }
/// }
/// ```
public struct StructLayout<Root, each Field: MLSCodable>: Sendable {
    /// One for each field, which takes it from where a structure lies.
    @usableFromInline let encoders: [@Sendable (UnsafeRawPointer, inout MLSWriter) -> Void]
    @usableFromInline let make: @Sendable (repeat each Field) throws(CodecError) -> Root

    /// Lists the fields of a structure.
    ///
    /// - Parameters:
    ///   - paths: a key path for each field, in order.
    ///   - make: puts the structure together again; it may refuse a combination of fields with a `CodecError`.
    @inlinable public init(
        _ paths: repeat any KeyPath<Root, each Field> & Sendable,
        make: @escaping @Sendable (repeat each Field) throws(CodecError) -> Root
    ) {
        var encoders: [@Sendable (UnsafeRawPointer, inout MLSWriter) -> Void] = []
        repeat encoders.append(Self.encoder(each paths))
        self.encoders = encoders
        self.make = make
    }

    @inlinable static func encoder<Value: MLSCodable>(
        _ path: any KeyPath<Root, Value> & Sendable
    ) -> @Sendable (UnsafeRawPointer, inout MLSWriter) -> Void {
        // Nearly all fields are stored ones. To walk their key paths takes longer than to write what is there.
        guard let offset = MemoryLayout<Root>.offset(of: path) else {
            return { root, writer in
                root.assumingMemoryBound(to: Root.self).pointee[keyPath: path].encode(into: &writer)
            }
        }
        return { root, writer in
            (root + offset).assumingMemoryBound(to: Value.self).pointee.encode(into: &writer)
        }
    }

    /// Writes the fields of a structure in their order.
    @inlinable public func encode(_ root: Root, into writer: inout MLSWriter) {
        withUnsafePointer(to: root) { root in
            for encoder in encoders { encoder(root, &writer) }
        }
    }

    /// Reads the fields in their order and puts the structure together.
    ///
    /// - Throws: what a field's decoder throws, and what `make` refuses.
    @inlinable public func decode(from reader: inout MLSReader) throws(CodecError) -> Root {
        try make(repeat try (each Field)(from: &reader))
    }
}

/// A structure whose encoding is the sequence of its fields.
public protocol MLSStruct: MLSCodable {
    /// A `StructLayout` of this type and its fields' types.
    associatedtype Layout: StructLayoutProtocol where Layout.Root == Self
    /// The fields, listed once.
    static var layout: Layout { get }
}

/// What `MLSStruct` asks of a layout; `StructLayout` is the only one.
public protocol StructLayoutProtocol {
    /// The structure.
    associatedtype Root
    /// Writes the structure's fields in their order.
    func encode(_ root: Root, into writer: inout MLSWriter)
    /// Reads a structure.
    func decode(from reader: inout MLSReader) throws(CodecError) -> Root
}

extension StructLayout: StructLayoutProtocol {}

extension MLSStruct {
    /// Writes the fields in their order.
    @inlinable public func encode(into writer: inout MLSWriter) {
        Self.layout.encode(self, into: &writer)
    }

    /// Reads the fields in their order.
    ///
    /// - Throws: `CodecError` for what is not such a structure.
    @inlinable public init(from reader: inout MLSReader) throws(CodecError) {
        self = try Self.layout.decode(from: &reader)
    }
}
