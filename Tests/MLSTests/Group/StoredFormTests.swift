import MLS
import MLSCodec
import MLSCrypto
import Testing

@Suite struct StoredFormTests {
    private func reload(_ group: Group) throws -> Group {
        try Group(decodingState: group.encodedState, providers: CipherSuiteProviders.provider(for:))
    }

    @Test(arguments: TestMember.suites)
    func aGroupGoesOnFromItsStoredForm(_ suite: CipherSuite) throws {
        var group = try TestGroup(["a", "b", "c"], suite)
        try group.propose(1) { try $0.proposeUpdate(framing: $1, signer: $2) }
        for index in group.members.indices {
            let state = try group.members[index].group
            let reloaded = try reload(state)
            #expect(reloaded == state)
            group.members[index].state = reloaded
        }
        // The own Update's private key came back with it.
        let commit = try group.members[0].commit()
        try group.deliver(commit.message, from: 0)
        try group.expectAgreement()

        // What was staged can be merged by a device that only has its stored form.
        let staged = try group.members[2].stage()
        let merged = try reload(staged.merged)
        try group.deliver(staged.message, from: 2)
        group.members[2].state = merged
        try group.expectAgreement()
    }

    @Test func aRemovedMemberStaysRemoved() throws {
        var group = try TestGroup(["a", "b"])
        let commit = try group.members[0].commit(removing: [LeafIndex(1)])
        try group.deliver(commit.message, from: 0)
        #expect(try reload(try group.members[1].group).isRemoved)
    }

    /// `is_removed` has two values, as every flag (RFC 9420 §2.1.1). In this form nothing follows it but the absent ReInit.
    @Test func aFlagIsZeroOrOne() throws {
        func read(_ bytes: [UInt8]) throws -> Group {
            try Group(decodingState: bytes, providers: CipherSuiteProviders.provider(for:))
        }
        var bytes = try read(FrozenForms.groupWithOutsiders).encodedState
        let place = bytes.count - 2
        try #require(bytes[place...] == [0, 0])
        for value in UInt8(2)...255 {
            bytes[place] = value
            #expect(throws: MLSError(.malformed)) { try read(bytes) }
        }
        bytes[place] = 1
        #expect(try read(bytes).isRemoved)
    }

    @Test(arguments: 0..<4)
    func noStoredBytesTrap(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var group = try TestGroup(["a", "b", "c"])
        let message = try group.members[1].encrypt("x")
        let commit = try group.members[1].stage().message
        let bytes =
            seed == 0 ? FrozenForms.groupWithOutsiders : try group.members[0].group.encodedState
        for length in stride(from: 0, to: bytes.count, by: 13) {
            #expect(throws: MLSError.self) {
                try Group(decodingState: Array(bytes.prefix(length)), providers: CipherSuiteProviders.provider(for:))
            }
        }
        for _ in 0..<150 {
            let mutated = bytes.mutated(using: &generator)
            guard
                var broken = try? Group(decodingState: mutated, providers: CipherSuiteProviders.provider(for:))
            else { continue }
            // Whatever it has become, using it answers or throws.
            _ = try? broken.process(message)
            _ = try? broken.process(commit)
            _ = try? broken.stageCommit(
                CommitRequest(framing: .publicMessage), policy: TestMember.policy,
                signer: group.members[0].signer.privateKey)
            _ = broken.epochRecord
        }
    }

    /// Nobody gets there by committing, but a stored form can say so.
    @Test func theLastEpochEndsTheGroup() throws {
        var group = try TestGroup(["a"])
        let state = try group.members[0].group
        let epoch = state.context.encoded.count - 8 - (state.context.treeHash.encoded + [0, 0]).count
        var bytes = state.encodedState
        for index in (1 + epoch)..<(1 + epoch + 8) {
            #expect(bytes[index] == 0)
            bytes[index] = 0xff
        }
        group.members[0].state = try Group(decodingState: bytes, providers: CipherSuiteProviders.provider(for:))
        #expect(try group.members[0].group.epoch == .max)
        #expect(throws: MLSError(.wrongEpoch)) { try group.members[0].stage(public: true) }
    }

    @Test func otherVersionsAreNamed() throws {
        var bytes = try TestGroup(["a"]).members[0].group.encodedState
        bytes[0] = 4
        #expect(throws: MLSError(.unknownVersion)) {
            try Group(decodingState: bytes, providers: CipherSuiteProviders.provider(for:))
        }
    }
}
