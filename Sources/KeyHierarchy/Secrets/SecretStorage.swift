import Crypto
import Foundation

/// The one copy of a secret's bytes: wiped when the last holder lets go, compared in constant time.
///
/// Swift promises no more than that: bytes that a caller takes out are an array like any other, and the compiler may
/// keep a copy in a register or on the stack.
final class SecretStorage: Sendable {
    // Written in init, before anyone else can see it, and in deinit, when nobody else does.
    nonisolated(unsafe) private let buffer: UnsafeMutableRawBufferPointer

    init(_ bytes: some Collection<UInt8>) {
        buffer = .allocate(byteCount: bytes.count, alignment: 1)
        buffer.copyBytes(from: bytes)
    }

    deinit {
        Wiping.wipe(buffer)
        buffer.deallocate()
    }

    var count: Int { buffer.count }
    var bytes: [UInt8] { Array(buffer) }
    var symmetricKey: SymmetricKey { SymmetricKey(data: UnsafeRawBufferPointer(buffer)) }

    /// Constant-time for equal lengths. The optimiser may not look into it: nothing keeps it else from leaving the loop at the
    /// first difference.
    @inline(never)
    @_optimize(none)
    func isEqual(to other: SecretStorage) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt8 = 0
        var index = 0
        while index < count {
            difference |= buffer[index] ^ other.buffer[index]
            index += 1
        }
        return difference == 0
    }
}

/// Overwrites memory in a way that the optimiser may not remove.
enum Wiping {
    static func wipe(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let start = buffer.baseAddress, buffer.count > 0 else { return }
        #if canImport(Darwin)
            _ = memset_s(start, buffer.count, 0, buffer.count)
        #else
            explicit_bzero(start, buffer.count)
        #endif
    }
}
