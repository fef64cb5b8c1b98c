import Foundation
import MLS
import MLSCrypto
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A look into this process's memory through the kernel, whether it is allocated or not.
///
/// It has its own memory before anything is freed: else it could be given the very place that it is to look at.
private struct MemoryWindow {
    static let isThere = FileManager.default.isReadableFile(atPath: path)
    private static let path = "/proc/self/mem"

    /// Bytes that are nowhere else, so that whatever the memory is used for next is not taken for them.
    let pattern: [UInt8] = (0..<4_096).map { _ in .random(in: .min ... .max) }
    private let file = open(path, O_RDONLY)
    private var found = [UInt8](repeating: 0, count: 4_096)

    /// How many bytes of the pattern are in their place, if it began at `address`; none where nothing is mapped any more.
    mutating func kept(at address: UInt) -> Int {
        guard pread(file, &found, found.count, off_t(address)) == found.count else { return 0 }
        return pattern.indices.count { found[$0] == pattern[$0] }
    }

    func shut() { close(file) }
}

/// Secrets are gone from memory when their last holder lets go.
@Suite(.enabled(if: MemoryWindow.isThere, "there is no way to look into memory"))
struct WipingTests {
    /// Of random bytes, one in 256 is what it was by chance.
    private static let byChance = 4_096 / 16

    @Test func secretsAreWiped() throws {
        var window = MemoryWindow()
        defer { window.shut() }
        var secret: SecretBytes? = SecretBytes(window.pattern)
        let address = try #require(secret?.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) })
        let before = window.kept(at: address)
        secret = nil
        let after = window.kept(at: address)
        #expect(before == 4_096)
        #expect(after < Self.byChance)
    }

    /// Arrays that `MLS` decrypts secrets into.
    @Test func arraysAreWipedInPlace() throws {
        var window = MemoryWindow()
        defer { window.shut() }
        var array = window.pattern.map { $0 }
        let address = array.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        let before = window.kept(at: address)
        array.wipe()
        let after = window.kept(at: address)
        #expect(before == 4_096)
        #expect(after < Self.byChance)
        #expect(array == [UInt8](repeating: 0, count: 4_096))
    }
}
