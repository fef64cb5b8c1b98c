import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Who can read which application message, and from what (RFC 9420 §6.3, §9).
@Suite struct ReadingTests {
    @Test func aRemovedMemberCannotReadOn() throws {
        var group = try TestGroup(["a", "b", "c"])
        let commit = try group.members[0].commit(removing: [LeafIndex(2)])
        try group.deliver(commit.message, from: 0)
        #expect(try group.members[2].group.isRemoved)

        let message = try group.members[0].encrypt("secret")
        #expect(try group.members[1].decrypt(message) == "secret")
        #expect(throws: MLSError(.wrongEpoch)) { try group.members[2].decrypt(message) }
        #expect(throws: MLSError(.removed)) { try group.members[2].receive(message) }
        #expect(throws: MLSError(.removed)) { try group.members[2].encrypt("x") }
        #expect(throws: MLSError(.removed)) { try group.members[2].stage() }
        // Nor with the last secrets it had, if the message claimed to be of that epoch.
        guard case .privateMessage(var forged) = message else {
            Issue.record("not a PrivateMessage")
            return
        }
        forged.epoch -= 1
        #expect(throws: MLSError(.authenticationFailed)) {
            try group.members[2].decrypt(.privateMessage(forged))
        }
    }

    @Test func aJoinerCannotReadWhatWasBefore() throws {
        var group = try TestGroup(["a", "b"])
        let before = try group.members[0].encrypt("before")
        var joiner = try TestMember("c", group.members[0].provider.cipherSuite)
        let own = try joiner.keyPackage()
        let staged = try group.members[0].commit(adding: [own.keyPackage])
        try joiner.join(staged, with: own)
        #expect(throws: MLSError(.wrongEpoch)) { try joiner.decrypt(before) }
        #expect(throws: MLSError(.wrongEpoch)) { try joiner.receive(staged.message) }
    }

    @Test(arguments: TestMember.suites)
    func anotherDeviceReadsFromTheRecord(_ suite: CipherSuite) throws {
        var group = try TestGroup(["a", "b", "c"], suite)
        var roster = Roster()
        var records: [EpochRecord] = []
        var messages: [(epoch: Int, text: String, message: MLSMessage)] = []
        for round in 0..<4 {
            roster.record(try group.members[0].group)
            records.append(try group.members[0].group.epochRecord)
            for sender in group.members.indices {
                let text = "\(round) from \(sender)"
                messages.append((round, text, try group.members[sender].encrypt(text)))
            }
            if round == 1 {
                let newKey = try group.members[1].provider.generateSignatureKeyPair()
                let commit = try group.members[1].commit { $0.leafUpdate = LeafUpdate(signer: newKey) }
                group.members[1].signer = newKey
                try group.deliver(commit.message, from: 1)
            } else if round == 2 {
                let commit = try group.members[0].commit(removing: [LeafIndex(1)])
                try group.deliver(commit.message, from: 0)
                group.members.remove(at: 1)
            } else {
                let commit = try group.members[0].commit()
                try group.deliver(commit.message, from: 0)
            }
        }

        // Stored, and read where the group is not.
        let storedRoster = try Roster(decoding: roster.encoded)
        #expect(storedRoster == roster)
        let provider = try CipherSuiteProviders.provider(for: suite)
        for _ in 0..<2 {
            for (index, text, message) in messages {
                let record = try EpochRecord(decoding: records[index].encoded)
                let read = try record.decrypt(message, roster: storedRoster, provider: provider)
                #expect(String(decoding: read.data, as: UTF8.self) == text)
                #expect(read.epoch == record.epoch)
            }
        }
        // The leaf's history: b with its first key, b with its second, nobody.
        #expect(storedRoster.entries.filter { $0.leafIndex == LeafIndex(1) }.count == 2)
        #expect(storedRoster.members(in: records[0].epoch).count == 3)
        #expect(storedRoster.members(in: records[3].epoch).count == 2)
        #expect(storedRoster.member(at: LeafIndex(1), in: records[3].epoch) == nil)
    }

    /// What a commit changed is enough to keep a roster up to date.
    @Test func commitsAreRecordedAsTheGroupIs() throws {
        var group = try TestGroup(["a", "b", "c"])
        var (byGroup, byCommit, late) = (Roster(), Roster(), Roster())
        byGroup.record(try group.members[0].group)
        byCommit.record(try group.members[0].group)
        late.record(try group.members[0].group)
        let again = try group.members[2].keyPackage()
        let newKey = try group.members[1].provider.generateSignatureKeyPair()
        let commits: [(inout TestMember) throws -> StagedCommit] = [
            { try $0.commit() },
            { try $0.commit(adding: [try TestMember("d", $0.provider.cipherSuite).keyPackage().keyPackage]) },
            { try $0.commit { $0.leafUpdate = LeafUpdate(signer: newKey) } },
            // One leaf with somebody else, and one with the same client and key as before.
            { member in
                let other = try TestMember("e", member.provider.cipherSuite).keyPackage().keyPackage
                return try member.commit(adding: [other, again.keyPackage], removing: [LeafIndex(0), LeafIndex(2)])
            },
            { try $0.commit(removing: [LeafIndex(2)]) },
        ]
        for commit in commits {
            let staged = try commit(&group.members[1])
            if staged.updated.contains(where: { $0.signatureKey == newKey.publicKey }) {
                group.members[1].signer = newKey
            }
            byGroup.record(staged.merged)
            for _ in 0..<2 { byCommit.record(staged) }
            #expect(byCommit == byGroup)
            let merged = staged.merged
            for leafIndex in (0..<8).map({ LeafIndex($0) }) {
                let entry = byCommit.member(at: leafIndex, in: merged.epoch)
                #expect(entry?.signatureKey == merged.member(at: leafIndex)?.signatureKey)
            }
        }
        #expect(try Roster(decoding: byCommit.encoded) == byGroup)
        // Epochs that were left out: the group says who is there now.
        let last = try group.members[1].commit()
        late.record(last)
        let present = { (roster: Roster) in roster.members(in: last.merged.epoch).map(\.signatureKey) }
        byGroup.record(last.merged)
        #expect(present(late) == present(byGroup))
        #expect(late.latestEpoch == last.merged.epoch)
    }

    @Test func aRecordIsSmallAtAnySizeOfTheGroup() throws {
        let chat = ExtensionType(rawValue: 0xf7c1)
        let extensions = [
            Extension(type: chat, data: [UInt8](repeating: 1, count: 90)),
            .requiredCapabilities(RequiredCapabilities(extensionTypes: [chat], credentialTypes: [.basic])),
        ]
        let group = try TestGroup(
            (0..<20).map(String.init), .mls128DHKEMX25519AES128GCMSHA256Ed25519, extensions: extensions,
            supporting: [chat])
        #expect(try group.members[0].group.epochRecord.encoded.count <= 400)
    }

    @Test func largeExtensionsAreKeptOnce() throws {
        let large = ExtensionType(rawValue: 0xf000)
        let extensions = [Extension(type: large, data: [UInt8](repeating: 7, count: 5_000))]
        var group = try TestGroup(["a", "b"], extensions: extensions, supporting: [large])
        var roster = Roster()
        var records: [EpochRecord] = []
        for _ in 0..<3 {
            roster.record(try group.members[0].group)
            records.append(try group.members[0].group.epochRecord)
            let commit = try group.members[0].commit()
            try group.deliver(commit.message, from: 0)
        }
        #expect(records.allSatisfy { $0.encoded.count <= 400 })
        #expect(roster.encoded.count < 6_000)
        roster.record(try group.members[0].group)
        let message = try group.members[1].encrypt("x")
        let record = try group.members[0].group.epochRecord
        let provider = group.members[0].provider
        #expect(try record.decrypt(message, roster: roster, provider: provider).data == Array("x".utf8))
        #expect(try record.groupContext(roster: roster, provider: provider) == group.members[0].group.context)
        #expect(throws: MLSError(.missingKey)) {
            try record.groupContext(roster: Roster(), provider: provider)
        }
    }

    @Test func generationsAreTheCallersAndBounded() throws {
        var group = try TestGroup(["a", "b"])
        let sender = try group.members[0].group
        let key = group.members[0].signer.privateKey
        for generation: UInt32 in [0, 7, 3, 1_000] {
            let message = try sender.encrypt([UInt8(generation % 256)], generation: generation, signer: key)
            #expect(try group.members[1].group.decrypt(message).data == [UInt8(generation % 256)])
            // Any number of times.
            #expect(try group.members[1].group.decrypt(message).data == [UInt8(generation % 256)])
        }
        #expect(throws: MLSError(.generationTooHigh)) { try sender.encrypt([], generation: .max, signer: key) }
        #expect(throws: MLSError(.generationTooHigh)) { try sender.encrypt([], generation: 65_536, signer: key) }

        var roster = Roster()
        roster.record(sender)
        let message = try sender.encrypt([1], generation: 11, signer: key)
        let record = sender.epochRecord
        let provider = group.members[0].provider
        #expect(throws: MLSError(.generationTooHigh)) {
            try record.decrypt(message, roster: roster, provider: provider, generationLimit: 10)
        }
        #expect(try record.decrypt(message, roster: roster, provider: provider, generationLimit: 11).data == [1])
        _ = try group.members[1].receive(message)
    }

    @Test func recordsRefuseWhatIsNotTheirs() throws {
        var group = try TestGroup(["a", "b"])
        var other = try TestGroup(["a", "b"])
        let record = try group.members[0].group.epochRecord
        let provider = group.members[0].provider
        var roster = Roster()
        roster.record(try group.members[0].group)
        func read(_ message: MLSMessage, _ roster: Roster) throws {
            _ = try record.decrypt(message, roster: roster, provider: provider)
        }

        let message = try group.members[1].encrypt("x")
        try read(message, roster)
        #expect(throws: MLSError(.unknownMember)) { try read(message, Roster()) }
        #expect(throws: MLSError(.authenticationFailed)) { try read(try other.members[1].encrypt("x"), roster) }
        #expect(throws: MLSError(.malformed)) { try read(try group.members[1].stage().message, roster) }
        guard case .privateMessage(let whole) = message else {
            Issue.record("not a PrivateMessage")
            return
        }
        var changed = whole
        changed.epoch += 1
        #expect(throws: MLSError(.wrongEpoch)) { try read(.privateMessage(changed), roster) }
        changed = whole
        changed.groupID = [9]
        #expect(throws: MLSError(.wrongGroup)) { try read(.privateMessage(changed), roster) }
        changed = whole
        changed.ciphertext[0] ^= 1
        #expect(throws: MLSError(.authenticationFailed)) { try read(.privateMessage(changed), roster) }
        changed = whole
        changed.authenticatedData = [1]
        #expect(throws: MLSError(.authenticationFailed)) { try read(.privateMessage(changed), roster) }

        // A roster in which somebody else stands at the sender's leaf.
        var wrong = Roster()
        wrong.record(try other.members[0].group)
        #expect(throws: MLSError(.authenticationFailed)) { try read(message, wrong) }
    }

    /// The net under a caller that gives one generation twice, which it must not (RFC 9420 §6.3.1).
    @Test func oneKeyTwiceIsNotOneNonceTwice() throws {
        let group = try TestGroup(["a", "b"])
        let key = group.members[0].signer.privateKey
        let messages = try (0..<3).map { _ in try group.members[0].group.encrypt([1], generation: 0, signer: key) }
        var ciphertexts: Set<[UInt8]> = []
        for message in messages {
            guard case .privateMessage(let message) = message else { continue }
            ciphertexts.insert(message.ciphertext)
        }
        // Content, signature and padding are the same: only the reuse guard differs.
        #expect(ciphertexts.count == 3)
        for message in messages { #expect(try group.members[1].group.decrypt(message).data == [1]) }
    }
}
