import MLS
import MLSCodec
import MLSCrypto
import Testing

/// A group survives what members and strangers may send, and stays as it was.
@Suite struct HostileGroupTests {
    @Test(arguments: 0..<4)
    func mutatedMessagesChangeNothing(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let outsider = try TestMember("e", .mls128DHKEMX25519AES128GCMSHA256Ed25519)
        var group = try TestGroup(
            ["a", "b", "c"],
            extensions: [
                .externalSenders([
                    ExternalSender(signatureKey: outsider.signer.publicKey, credential: outsider.credential)
                ])
            ])
        let joining = try TestMember("d", group.members[0].provider.cipherSuite).keyPackage()
        var messages = [
            try group.members[1].encrypt("hello"),
            try group.members[1].stage(adding: [joining.keyPackage]).message,
            try group.members[1].stage(removing: [LeafIndex(2)], public: true).message,
            try group.members[1].stage(public: true).message,
        ]
        for isPublic in [false, true] {
            messages.append(
                try group.members[2].propose(public: isPublic) { try $0.proposeUpdate(framing: $1, signer: $2) })
        }
        let before = try group.members[0].group
        messages += [
            try outsider.stageExternalJoin(try group.members[1].publishedGroupInfo()).message,
            try MLSMessage.externalProposal(
                .remove(LeafIndex(1)), groupID: before.groupID, epoch: before.epoch, senderIndex: 0,
                signer: outsider.signer.privateKey, provider: outsider.provider),
            try MLSMessage.newMemberProposal(
                outsider.keyPackage().keyPackage, groupID: before.groupID, epoch: before.epoch,
                signer: outsider.signer.privateKey, provider: outsider.provider),
        ]
        for message in messages {
            let bytes = message.encoded
            for _ in 0..<60 {
                let mutated = bytes.mutated(using: &generator)
                guard mutated != bytes, let hostile = try? MLSMessage(decoding: mutated) else { continue }
                var state = before
                #expect(throws: MLSError.self) { try state.process(hostile) }
                #expect(state == before)
            }
            var state = before
            _ = try state.process(message)
        }
    }

    @Test(arguments: 0..<4)
    func mutatedWelcomesLetNobodyIn(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: 100 + seed)
        var group = try TestGroup(["a", "b"])
        let own = try TestMember("c", group.members[0].provider.cipherSuite).keyPackage()
        let bytes = try #require(try group.members[0].stage(adding: [own.keyPackage]).welcome).encoded
        for _ in 0..<60 {
            let mutated = bytes.mutated(using: &generator)
            guard mutated != bytes, case .welcome(let welcome)? = try? MLSMessage(decoding: mutated) else { continue }
            #expect(throws: MLSError.self) {
                try Group.join(
                    welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys,
                    provider: group.members[0].provider)
            }
        }
    }

    @Test func messagesOfEverySortAreAnswered() throws {
        let before = try TestGroup(["a", "b"]).members[0].group
        for message in Samples.messages {
            var state = before
            #expect(throws: MLSError.self) { try state.process(message) }
            #expect(state == before)
        }
    }

    @Test(arguments: 0..<4)
    func storedRecordsAndRostersAreTotal(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: 200 + seed)
        var group = try TestGroup(["a", "b"])
        var roster = Roster()
        roster.record(try group.members[0].group)
        let message = try group.members[1].encrypt("x")
        let record = try group.members[0].group.epochRecord
        for _ in 0..<200 {
            let mutatedRecord = try? EpochRecord(decoding: record.encoded.mutated(using: &generator))
            let mutatedRoster = try? Roster(decoding: roster.encoded.mutated(using: &generator))
            let provider = group.members[0].provider
            _ = try? (mutatedRecord ?? record).decrypt(message, roster: mutatedRoster ?? roster, provider: provider)
            _ = try? PendingProposal(decoding: generator.bytes(40))
        }
        #expect(throws: CodecError(.invalidValue)) { try EpochRecord(decoding: [2] + record.encoded.dropFirst()) }
        #expect(throws: CodecError(.invalidValue)) { try Roster(decoding: [2] + roster.encoded.dropFirst()) }
    }
}
