import MLS
import MLSCodec
import MLSCrypto
import Testing

/// The secret tree as it is used up (RFC 9420 §9.2).
@Suite struct UnusedKeysTests {
    private let provider: any CipherSuiteProvider
    private let tree: SecretTree
    private var keys: UnusedKeys

    init() throws {
        provider = try SwiftCryptoProvider(CipherSuite(rawValue: 1))
        let secret = SecretBytes(Array(0..<32))
        tree = try SecretTree(encryptionSecret: secret, leafCount: 8)
        keys = UnusedKeys(encryptionSecret: secret, size: try #require(TreeSize(leaves: 8)))
    }

    /// Whoever deletes gets the keys of whoever does not.
    @Test mutating func theyAreThoseOfTheSecretTree() throws {
        for leaf in [5, 0, 7, 4, 5] as [UInt32] {
            for kind in RatchetKind.allCases {
                let place = RatchetPlace(leaf: LeafIndex(leaf), kind: kind)
                for _ in 0..<3 {
                    let step = try keys.step(of: place, provider: provider)
                    let expected = try tree.keyAndNonce(
                        leaf: place.leaf, kind: kind, generation: step.generation, limit: 100, provider: provider)
                    #expect(step.key.key == expected.key && step.key.nonce == expected.nonce)
                    keys.remove(step)
                    #expect(try UnusedKeys(decoding: keys.encoded) == keys)
                }
            }
        }
        let place = RatchetPlace(leaf: LeafIndex(5), kind: .application)
        #expect(try keys.step(of: place, provider: provider).generation == 6)
    }

    @Test mutating func aStepThatIsNotRemovedCanBeRepeated() throws {
        let place = RatchetPlace(leaf: LeafIndex(3), kind: .handshake)
        let before = keys
        let first = try keys.step(of: place, generation: 2, limit: 5, provider: provider)
        let second = try keys.step(of: place, generation: 2, limit: 5, provider: provider)
        #expect(first.key == second.key)
        #expect(keys == before)
        keys.remove(first)
        #expect(throws: MLSError(.usedKey)) {
            try keys.step(of: place, generation: 2, limit: 5, provider: provider)
        }
        _ = try keys.step(of: place, generation: 1, limit: 5, provider: provider)
    }

    @Test(arguments: [8, 1 << 31, UInt32.max] as [UInt32])
    func leavesOutsideAreRefused(leaf: UInt32) {
        let place = RatchetPlace(leaf: LeafIndex(leaf), kind: .handshake)
        #expect(throws: MLSError(.unknownMember)) { try keys.step(of: place, provider: provider) }
        #expect(throws: MLSError(.unknownMember)) {
            try keys.step(of: place, generation: 0, limit: 5, provider: provider)
        }
    }

    /// A ratchet at its last generation, as a stored form could have it.
    @Test func theLastGenerationIsNotPassed() throws {
        var writer = MLSWriter()
        writer.write(integer: UInt32(1))
        writer.write(integer: UInt8(0))
        writer.writeVector { writer in
            writer.write(integer: UInt32(0))
            RatchetKind.application.encode(into: &writer)
            writer.write(integer: UInt32.max)
            SecretBytes(zeros: 32).encode(into: &writer)
            writer.write(integer: UInt8(0))
        }
        let keys = try UnusedKeys(decoding: writer.bytes)
        let place = RatchetPlace(leaf: LeafIndex(0), kind: .application)
        #expect(throws: MLSError(.generationTooHigh)) { try keys.step(of: place, provider: provider) }
        #expect(throws: MLSError(.generationTooHigh)) {
            try keys.step(of: place, generation: .max, limit: 5, provider: provider)
        }
        #expect(throws: MLSError(.usedKey)) {
            try keys.step(of: RatchetPlace(leaf: LeafIndex(0), kind: .handshake), provider: provider)
        }
        for count in [0, 3, .max] as [UInt32] {
            #expect(throws: CodecError(.invalidValue)) { try UnusedKeys(decoding: count.encoded + [0, 0]) }
        }
    }
}
