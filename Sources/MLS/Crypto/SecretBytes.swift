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

    public init(_ bytes: some Collection<UInt8>) {
        storage = .allocate(capacity: bytes.count)
        _ = storage.initialize(from: bytes)
    }

    /// `count` zeros: the `0` that RFC 9420 §8 feeds where a secret is absent.
    public convenience init(zeros count: Int) {
        self.init(repeatElement(0, count: count))
    }

    deinit {
        // A plain loop over memory about to be freed may be removed as dead code; volatile access is not to be had in
        // Swift, so the wipe goes through a function that the optimiser may not look into.
        wipe(storage)
        storage.deallocate()
    }

    public var count: Int { storage.count }
    public var isEmpty: Bool { storage.isEmpty }

    /// A copy of the bytes, for a primitive that needs them. The copy is not wiped.
    public var bytes: [UInt8] { Array(storage) }

    /// The bytes in place, for as long as `body` runs.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(storage))
    }

    /// Constant-time for equal lengths.
    public static func == (lhs: SecretBytes, rhs: SecretBytes) -> Bool {
        guard lhs.count == rhs.count else { return false }
        var difference: UInt8 = 0
        for index in 0..<lhs.count { difference |= lhs.storage[index] ^ rhs.storage[index] }
        return difference == 0
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytes: UnsafeRawBufferPointer(storage))
    }

    public var description: String { "<\(count) secret bytes>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension SecretBytes: MLSCodable {
    public func encode(into writer: inout MLSWriter) { writer.write(opaque: storage) }

    public convenience init(from reader: inout MLSReader) throws(CodecError) {
        self.init(try reader.readOpaque())
    }
}

@inline(never)
@_optimize(none)
private func wipe(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
    for index in buffer.indices { buffer[index] = 0 }
}
