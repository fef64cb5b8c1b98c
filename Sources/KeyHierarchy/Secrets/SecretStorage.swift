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

    /// In a time that depends on the lengths only.
    func isEqual(to other: SecretStorage) -> Bool {
        ConstantTime.areEqual(UnsafeRawBufferPointer(buffer), UnsafeRawBufferPointer(other.buffer))
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
