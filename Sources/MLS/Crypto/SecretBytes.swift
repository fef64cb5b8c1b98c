public import MLSCodec

/// Bytes that must not be seen: wiped when the last holder lets go, compared in constant time, redacted when printed.
///
/// Swift promises no more than that: the bytes a caller takes out with `bytes` are an array like any other, and the
/// compiler may keep a copy in a register or on the stack.
public final class SecretBytes: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    // The buffer is written once in init and once in deinit, which nothing else can run beside.
    nonisolated(unsafe) private let storage: UnsafeMutableBufferPointer<UInt8>

    /// A copy of the bytes. What it was copied from is the caller's to wipe.
    public init(_ bytes: some Collection<UInt8>) {
        storage = .allocate(capacity: bytes.count)
        _ = storage.initialize(from: bytes)
    }

    /// `count` zeros: the `0` that RFC 9420 §8 feeds where a secret is absent.
    package convenience init(zeros count: Int) {
        self.init(repeatElement(0, count: count))
    }

    /// Bytes that `fill` writes where they stay, over zeros.
    package init(count: Int, filledBy fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        storage = .allocate(capacity: count)
        storage.initialize(repeating: 0)
        fill(storage)
    }

    deinit {
        wipe(storage)
        storage.deallocate()
    }

    /// How many bytes there are: no secret.
    public var count: Int { storage.count }
    /// Whether there are none.
    public var isEmpty: Bool { storage.isEmpty }

    /// A copy of the bytes, for a primitive that needs them. The copy is not wiped.
    public var bytes: [UInt8] { Array(storage) }

    /// A copy of the bytes for as long as `body` runs, for a primitive that needs an array. It is wiped afterwards, unless
    /// somebody else holds it by then.
    func withCopy<Result, Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Result) throws(Failure) -> Result {
        var copy = bytes
        defer { copy.wipe() }
        return try body(copy)
    }

    /// The bytes in place, for as long as `body` runs.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(storage))
    }

    /// Constant-time for equal lengths.
    public static func == (lhs: SecretBytes, rhs: SecretBytes) -> Bool {
        constantTimeEqual(UnsafeBufferPointer(lhs.storage), UnsafeBufferPointer(rhs.storage))
    }

    /// Hashes the bytes, for sets and dictionaries; the hash does not outlive the process.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytes: UnsafeRawBufferPointer(storage))
    }

    /// How many bytes there are, and nothing of them.
    public var description: String { "<\(count) secret bytes>" }
    /// The same as `description`.
    public var debugDescription: String { description }
    /// Shows nothing, so that no dump of a value that holds a secret does.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension SecretBytes: MLSCodable {
    /// Writes the bytes as `opaque x<V>`. They are in the open then.
    public func encode(into writer: inout MLSWriter) { writer.write(opaque: storage) }

    /// Reads `opaque x<V>`, of any length. The copy in between is wiped; the input is the caller's to wipe.
    ///
    /// - Throws: as any decoder.
    public convenience init(from reader: inout MLSReader) throws(CodecError) {
        var bytes = try reader.readOpaque()
        defer { bytes.wipe() }
        self.init(bytes)
    }
}
