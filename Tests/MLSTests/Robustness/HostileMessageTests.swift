import MLS
import MLSCodec
import Testing

/// No bytes make a decoder trap, and what decodes encodes to the very same bytes: so signatures and hashes over
/// re-encoded structures cover what arrived.
@Suite struct HostileMessageTests {
    private func expectTotal<Value: MLSCodable>(_ type: Value.Type, _ bytes: [UInt8]) -> Bool {
        guard let value = try? Value(decoding: bytes) else { return false }
        #expect(value.encoded == bytes)
        return true
    }

    @Test(arguments: 0..<8)
    func mutatedMessages(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var decoded = 0
        for message in Samples.messages {
            let bytes = message.encoded
            for _ in 0..<150 where expectTotal(MLSMessage.self, bytes.mutated(using: &generator)) { decoded += 1 }
        }
        // Some changes hit opaque fields: else the test would never see the second half of its claim.
        #expect(decoded > 0)
    }

    @Test(arguments: 0..<8)
    func randomBytes(_ seed: UInt64) {
        var generator = SeededGenerator(seed: 1_000 + seed)
        for _ in 0..<400 {
            let bytes = generator.bytes(Int.random(in: 0...200, using: &generator))
            _ = expectTotal(MLSMessage.self, bytes)
            // Behind a valid beginning, so that more than the header is reached.
            _ = expectTotal(MLSMessage.self, [0, 1, 0, UInt8(1 + bytes.count % 5)] + bytes)
            _ = expectTotal(LeafNode.self, bytes)
            _ = expectTotal(Commit.self, bytes)
            _ = expectTotal(Proposal.self, [0, UInt8(1 + bytes.count % 7)] + bytes)
            _ = expectTotal(GroupSecrets.self, bytes)
            _ = expectTotal(GroupContext.self, [0, 1] + bytes)
            _ = expectTotal(AuthenticatedContent.self, [0, 1] + bytes)
            _ = expectTotal(KeyPackagePrivateKeys.self, [1] + bytes)
        }
    }

    @Test(arguments: 0..<4)
    func mutatedSecrets(_ seed: UInt64) {
        var generator = SeededGenerator(seed: 2_000 + seed)
        for _ in 0..<400 {
            _ = expectTotal(GroupSecrets.self, Samples.groupSecrets.encoded.mutated(using: &generator))
        }
    }

    /// A vector of the smallest elements must not take many times its size in memory.
    @Test func elementsOfListsAreSmall() {
        #expect(MemoryLayout<ProposalOrRef>.stride <= 16)
        #expect(MemoryLayout<Proposal>.stride <= 8)
        #expect(MemoryLayout<Extension>.stride <= 16)
        #expect(MemoryLayout<UpdatePathNode>.stride <= 16)
        #expect(MemoryLayout<HPKECiphertext>.stride <= 16)
        #expect(MemoryLayout<EncryptedGroupSecrets>.stride <= 24)
        #expect(MemoryLayout<PreSharedKeyID>.stride <= 40)
    }
}
