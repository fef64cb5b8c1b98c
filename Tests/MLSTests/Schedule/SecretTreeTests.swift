import MLS
import MLSCrypto
import Testing

@Suite struct SecretTreeTests {
    private let provider: any CipherSuiteProvider
    private let tree: SecretTree

    init() throws {
        provider = try SwiftCryptoProvider(CipherSuite(rawValue: 1))
        tree = try SecretTree(encryptionSecret: SecretBytes(Array(0..<32)), leafCount: 8)
    }

    @Test func aRatchetGivesWhatTheTreeGives() throws {
        for kind in [RatchetKind.handshake, .application] {
            var ratchet = try tree.ratchet(of: LeafIndex(5), kind, provider: provider)
            for generation in [0, 1, 2, 2, 7, 20] as [UInt32] {
                let forward = try ratchet.keyAndNonce(generation: generation, limit: 100, provider: provider)
                let again = try tree.keyAndNonce(
                    leaf: LeafIndex(5), kind: kind, generation: generation, limit: 100, provider: provider)
                #expect(forward == again)
                #expect(forward.key.count == provider.aeadKeyLength && forward.nonce.count == provider.aeadNonceLength)
            }
            #expect(throws: MLSError(.missingKey)) {
                try ratchet.keyAndNonce(generation: 19, limit: 100, provider: provider)
            }
        }
    }

    @Test func everyMessageHasAKeyOfItsOwn() throws {
        var keys: Set<SecretBytes> = []
        for leaf in 0..<8 as Range<UInt32> {
            for kind in [RatchetKind.handshake, .application] {
                for generation in 0..<4 as Range<UInt32> {
                    let (key, _) = try tree.keyAndNonce(
                        leaf: LeafIndex(leaf), kind: kind, generation: generation, limit: 4, provider: provider)
                    #expect(keys.insert(key).inserted)
                }
            }
        }
    }

    /// A generation is four bytes of somebody's message: it must not cost four billion steps.
    @Test(arguments: [11, 1 << 20, UInt32.max] as [UInt32])
    func generationsBeyondTheLimitAreRefusedAtOnce(generation: UInt32) throws {
        #expect(throws: MLSError(.generationTooHigh)) {
            try tree.keyAndNonce(
                leaf: LeafIndex(0), kind: .application, generation: generation, limit: 10, provider: provider)
        }
        var ratchet = try tree.ratchet(of: LeafIndex(0), .application, provider: provider)
        #expect(throws: MLSError(.generationTooHigh)) {
            try ratchet.keyAndNonce(generation: generation, limit: 10, provider: provider)
        }
        #expect(ratchet.generation == 0)
    }

    @Test(arguments: [8, 1 << 31, UInt32.max] as [UInt32])
    func leavesOutsideAreRefused(leaf: UInt32) {
        #expect(throws: MLSError(.unknownMember)) {
            try tree.keyAndNonce(
                leaf: LeafIndex(leaf), kind: .handshake, generation: 0, limit: 10, provider: provider)
        }
    }

    @Test func impossibleNumbersOfLeavesAreRefused() {
        #expect(throws: MLSError(.malformed)) {
            try SecretTree(encryptionSecret: SecretBytes(zeros: 32), leafCount: .max)
        }
    }
}
