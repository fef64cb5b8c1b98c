import MLSCodec

/// Seals an archive chunk by chunk: none can be changed, left out, moved, or cut off at the end.
///
/// ```
/// chunk = AES-256-GCM(ArchiveRecord records[], nonce: uint8 is_last ‖ 3 zero bytes ‖ uint64 index), no additional data
/// file  = (uint32 length ‖ ArchiveHeader) ‖ (uint32 length ‖ chunk)…
/// ```
///
/// The key is made for one archive, with its header in it, and seals each index once.
public struct ArchiveSealer {
    private let key: SealingKey
    private var index: UInt64 = 0

    public init(_ header: ArchiveHeader, dataKey: DataKey) { key = header.key(dataKey) }

    /// The next chunk: ciphertext and tag.
    public mutating func seal(_ records: [ArchiveRecord], isLast: Bool) throws(KeyHierarchyError) -> [UInt8] {
        var writer = MLSWriter()
        for record in records { record.encode(into: &writer) }
        let sealed = try AEAD.seal(
            writer.bytes, under: key, authenticating: [], nonce: Self.nonce(index, isLast: isLast))
        index += 1
        return Array(sealed.dropFirst(AEAD.nonceByteCount))
    }

    static func nonce(_ index: UInt64, isLast: Bool) -> [UInt8] { [isLast ? 1 : 0, 0, 0, 0] + index.encoded }
}

/// Opens an archive chunk by chunk.
public struct ArchiveOpener {
    private let key: SealingKey
    private var index: UInt64 = 0

    public init(_ header: ArchiveHeader, dataKey: DataKey) { key = header.key(dataKey) }

    /// The records of the next chunk.
    ///
    /// - Parameter isLast: whether nothing comes after it in the file.
    /// - Throws: `.tampered` where it is not that chunk of that archive, or one is missing; `.malformed`.
    public mutating func open(_ chunk: [UInt8], isLast: Bool) throws(KeyHierarchyError) -> [ArchiveRecord] {
        let opened = AEAD.open(
            ArchiveSealer.nonce(index, isLast: isLast) + chunk, under: key, authenticating: [])
        guard let opened else { throw KeyHierarchyError(.tampered, "archive") }
        index += 1
        var reader = MLSReader(opened)
        guard let records = try? ArchiveRecord.decodeElements(from: &reader) else {
            throw KeyHierarchyError(.malformed, "archive")
        }
        return records
    }
}
