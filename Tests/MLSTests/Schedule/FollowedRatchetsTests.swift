import MLS
import MLSCrypto
import Testing

/// What is remembered of ratchets whose keys can be derived at any time.
@Suite struct FollowedRatchetsTests {
    private let provider: any CipherSuiteProvider
    private let tree: SecretTree
    private let followed = FollowedRatchets()
    private let place = RatchetPlace(leaf: LeafIndex(5), kind: .application)

    init() throws {
        provider = try SwiftCryptoProvider(CipherSuite(rawValue: 1))
        tree = try SecretTree(encryptionSecret: SecretBytes(Array(0..<32)), leafCount: 8)
    }

    /// - Returns: whether the secret tree was asked.
    private func read(
        _ generation: UInt32, at place: RatchetPlace? = nil, remembering isGenuine: Bool = true
    ) throws -> Bool {
        let place = place ?? self.place
        var isTreeAsked = false
        let (key, reached) = try followed.keyAndNonce(
            of: place, generation: generation, limit: 70_000, provider: provider
        ) { () throws(MLSError) in
            isTreeAsked = true
            return tree
        }
        let expected = try tree.keyAndNonce(
            leaf: place.leaf, kind: place.kind, generation: generation, limit: 70_000, provider: provider)
        #expect(key.key == expected.key && key.nonce == expected.nonce)
        if isGenuine { followed.remember(reached) }
        return isTreeAsked
    }

    @Test func whatFollowsIsOneStepAway() throws {
        #expect(try read(0))
        for generation in [1, 1, 2, 9] as [UInt32] { #expect(try !read(generation)) }
        // What lies behind is derived from the beginning, and does not take the place away.
        #expect(try read(4))
        #expect(try !read(10))
        #expect(try read(0, at: RatchetPlace(leaf: LeafIndex(5), kind: .handshake)))
        #expect(try read(0, at: RatchetPlace(leaf: LeafIndex(4), kind: .application)))
    }

    /// A history that is read from its middle on.
    @Test func aFirstMessageMayBeFarAhead() throws {
        #expect(try read(5_000))
        #expect(try !read(5_001))
    }

    @Test func forgedMessagesDoNotMoveIt() throws {
        #expect(try read(3))
        #expect(try !read(60_000, remembering: false))
        #expect(try !read(4))
    }

    @Test func generationsBeyondTheLimitAskNobody() throws {
        #expect(throws: MLSError(.generationTooHigh)) {
            try followed.keyAndNonce(of: place, generation: 11, limit: 10, provider: provider) {
                () throws(MLSError) in
                Issue.record("asked")
                return tree
            }
        }
    }
}
