import MLS
import MLSCodec
import MLSCrypto
import Testing

@Suite struct FrozenFormTests {
    private let provider = CipherSuiteProviders.provider(for:)

    @Test func aStoredGroupGoesOn() throws {
        var group = try Group(decodingState: FrozenForms.group, providers: provider)
        #expect(group.encodedState == FrozenForms.group)
        #expect(group.epoch == 3)
        #expect(group.members.map(\.credential.basicIdentity) == [Array("test:a".utf8), Array("test:b".utf8)])
        #expect(group.pendingProposals.count == 1)
        let message = try MLSMessage(decoding: FrozenForms.message)
        #expect(try group.decrypt(message).data == Array("frozen in version 1".utf8))
        // Needs the pending Update's private key, the path keys and the init secret.
        guard case .commit(let staged) = try group.process(try MLSMessage(decoding: FrozenForms.commit)) else {
            Issue.record("not a commit")
            return
        }
        try group.merge(staged)
        #expect(group.epochAuthenticator.bytes == FrozenForms.nextEpochAuthenticator)
    }

    @Test func aStoredGroupWithProposalsFromOutsideGoesOn() throws {
        var group = try Group(decodingState: FrozenForms.groupWithOutsiders, providers: provider)
        #expect(group.encodedState == FrozenForms.groupWithOutsiders)
        #expect(
            group.pendingProposals.map(\.sender)
                == [.member(LeafIndex(1)), .external(senderIndex: 0), .newMemberProposal])
        let commit = try MLSMessage(decoding: FrozenForms.commitWithOutsiders)
        guard case .commit(let staged) = try group.process(commit) else {
            Issue.record("not a commit")
            return
        }
        try group.merge(staged)
        #expect(group.epochAuthenticator.bytes == FrozenForms.epochAuthenticatorAfterOutsiders)
    }

    @Test func aStoredGroupThatAReInitEndedStaysOver() throws {
        let group = try Group(decodingState: FrozenForms.endedGroup, providers: provider)
        #expect(group.encodedState == FrozenForms.endedGroup)
        #expect(
            group.reInit
                == ReInit(
                    groupID: [7, 7], version: .mls10, cipherSuite: CipherSuite(rawValue: 2),
                    extensions: [.applicationID([1])]))
        #expect(throws: MLSError(.reInitialized)) { try group.groupInfo(signer: SignaturePrivateKey(SecretBytes([]))) }
    }

    @Test func aStoredGroupThatDeletesItsKeysGoesOn() throws {
        var group = try Group(decodingState: FrozenForms.deletingGroup, providers: provider)
        #expect(group.encodedState == FrozenForms.deletingGroup)
        #expect(group.retention == .strict(pastEpochs: 1, skippedGenerations: 20))
        #expect(throws: MLSError(.usedKey)) { try group.read(try MLSMessage(decoding: FrozenForms.readMessage)) }
        let late = try group.read(try MLSMessage(decoding: FrozenForms.lateMessage))
        #expect(late.data == Array("frozen in version 3, late".utf8))
        #expect(late.epoch == 1)
        let overtaken = try group.read(try MLSMessage(decoding: FrozenForms.overtakenMessage))
        #expect(overtaken.data == Array("frozen in version 3, overtaken".utf8))
        guard case .commit(let staged) = try group.process(try MLSMessage(decoding: FrozenForms.commitAfterDeletion))
        else {
            Issue.record("not a commit")
            return
        }
        try group.merge(staged)
        #expect(group.epochAuthenticator.bytes == FrozenForms.epochAuthenticatorAfterDeletion)
    }

    @Test func aStoredRecordAndRosterRead() throws {
        let record = try EpochRecord(decoding: FrozenForms.epochRecord)
        let roster = try Roster(decoding: FrozenForms.roster)
        #expect(record.encoded == FrozenForms.epochRecord)
        #expect(roster.encoded == FrozenForms.roster)
        let read = try record.decrypt(
            try MLSMessage(decoding: FrozenForms.message), roster: roster, provider: provider(record.cipherSuite))
        #expect(read.data == Array("frozen in version 1".utf8))
        #expect(read.senderCredential == .basic(identity: Array("test:a".utf8)))
        #expect(roster.members(in: 2).count == 3)
        #expect(roster.members(in: 3).count == 2)
    }

    @Test func storedPrivateKeysBelongToTheirKeyPackage() throws {
        let keyPackage = try KeyPackage(decoding: FrozenForms.keyPackage)
        let privateKeys = try KeyPackagePrivateKeys(decoding: FrozenForms.privateKeys)
        let provider = try provider(keyPackage.cipherSuite)
        _ = try keyPackage.verified(by: provider)
        #expect(privateKeys.encoded == FrozenForms.privateKeys)
        #expect(try provider.publicKey(of: privateKeys.initKey) == keyPackage.initKey)
        #expect(try provider.publicKey(of: privateKeys.encryptionKey) == keyPackage.leafNode.encryptionKey)
    }
}
