import Foundation
import MLS
import MLSCrypto
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What is at an address of this process, whether it is allocated or not; `nil` if it is not mapped any more.
private func memory(at address: UInt, _ count: Int) -> [UInt8]? {
    let file = open("/proc/self/mem", O_RDONLY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: count)
    guard pread(file, &bytes, count, off_t(address)) == count else { return nil }
    return bytes
}

private let canLook = FileManager.default.isReadableFile(atPath: "/proc/self/mem")

/// Secrets are gone from memory when their last holder lets go: looked at from outside, through the kernel.
@Suite(.enabled(if: canLook, "there is no /proc/self/mem to look into"))
struct WipingTests {
    /// Bytes that are nowhere else, so that whatever the memory is used for next is not taken for them.
    private static func pattern() -> [UInt8] { (0..<4_096).map { _ in .random(in: .min ... .max) } }

    /// How much of a pattern is still in its place.
    private static func kept(_ pattern: [UInt8], at address: UInt) throws -> Int {
        guard let found = memory(at: address, pattern.count) else { return 0 }
        return stride(from: 0, to: pattern.count, by: 16).count { found[$0..<$0 + 16] == pattern[$0..<$0 + 16] }
    }

    @Test func secretsAreWiped() throws {
        let pattern = Self.pattern()
        var secret: SecretBytes? = SecretBytes(pattern)
        let address = try #require(secret?.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) })
        #expect(try Self.kept(pattern, at: address) == pattern.count / 16)
        secret = nil
        #expect(try Self.kept(pattern, at: address) == 0)
    }

    /// Those that `MLS` decrypts secrets into.
    @Test func arraysAreWipedInPlace() throws {
        let pattern = Self.pattern()
        var array = pattern.map { $0 }
        let address = array.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        #expect(try Self.kept(pattern, at: address) == pattern.count / 16)
        array.wipe()
        #expect(try Self.kept(pattern, at: address) == 0)
        #expect(array == [UInt8](repeating: 0, count: pattern.count))
    }

    /// The look from outside would see a secret that was not wiped.
    @Test func whatIsNotWipedIsSeen() throws {
        let pattern = Self.pattern()
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: pattern.count)
        _ = buffer.initialize(from: pattern)
        let address = UInt(bitPattern: buffer.baseAddress)
        #expect(try Self.kept(pattern, at: address) == pattern.count / 16)
        buffer.deallocate()
    }
}
