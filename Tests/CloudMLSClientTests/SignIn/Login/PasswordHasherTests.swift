import CloudMLSClient
import KeyHierarchy
import Synchronization
import Testing

@Suite struct PasswordHasherTests {
    private final class Counter: Sendable {
        let count = Mutex(0)
    }

    @Test func hashesOncePerSalt() async throws {
        let counter = Counter()
        let hasher = PasswordHasher { _ in
            counter.count.withLock { $0 += 1 }
            return .random()
        }
        let first = PasswordKDF()
        let second = PasswordKDF()
        async let one = hasher.key(first)
        async let two = hasher.key(first)
        let keys = try await [one, two, hasher.key(first)]
        #expect(keys.allSatisfy { $0 == keys[0] })
        #expect(counter.count.withLock { $0 } == 1)
        #expect(try await hasher.key(second) != keys[0])
        #expect(counter.count.withLock { $0 } == 2)
    }

    @Test func saysWhereItCannotHash() async throws {
        let hasher = PasswordHasher { _ in throw KeyHierarchyError(.kdfFailed) }
        let error = await #expect(throws: ClientError.self) { try await hasher.key(PasswordKDF()) }
        #expect(error?.code == .unacceptableKDF)
    }
}
