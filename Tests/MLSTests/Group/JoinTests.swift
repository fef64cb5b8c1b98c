import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Joining by a Welcome (RFC 9420 §12.4.3.1).
@Suite struct JoinTests {
    private let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519

    private func welcome(of staged: StagedCommit) throws -> Welcome {
        guard case .welcome(let welcome) = try #require(staged.welcome) else { throw MLSError(.malformed) }
        return welcome
    }

    @Test(arguments: TestMember.suites, [false, true])
    func treeInsideOrBeside(_ suite: CipherSuite, _ forcesPath: Bool) throws {
        var group = try TestGroup(["a", "b"], suite)
        var joiner = try TestMember("c", suite)
        let own = try joiner.keyPackage()
        let staged = try group.members[1].commit(adding: [own.keyPackage]) {
            $0.includesRatchetTree = false
            $0.forcesPath = forcesPath
        }
        try group.deliver(staged.message, from: 1)
        #expect(throws: MLSError(.invalidTree)) { try joiner.join(staged, with: own) }
        try joiner.join(staged, with: own, ratchetTree: staged.merged.ratchetTree)
        group.members.append(joiner)
        try group.expectAgreement()
        // What the joiner learned of the path is enough to go on.
        let next = try group.members[0].commit()
        try group.deliver(next.message, from: 0)
        try group.expectAgreement()
    }

    @Test func aWelcomeNamesWhomItIsFor() throws {
        var group = try TestGroup(["a"])
        let own = try TestMember("b", suite).keyPackage()
        let other = try TestMember("c", suite).keyPackage()
        let staged = try group.members[0].commit(adding: [own.keyPackage])
        let welcome = try welcome(of: staged)
        #expect(welcome.newMembers == [own.keyPackage.reference(provider: group.members[0].provider)])
        #expect(throws: MLSError(.notForThisKeyPackage)) {
            try Group.join(
                welcome, keyPackage: other.keyPackage, privateKeys: other.privateKeys,
                provider: group.members[0].provider)
        }
        #expect(throws: MLSError(.authenticationFailed)) {
            try Group.join(
                welcome, keyPackage: own.keyPackage, privateKeys: other.privateKeys,
                provider: group.members[0].provider)
        }
    }

    @Test func aWelcomeIsOfTheKeyPackagesSuite() throws {
        var group = try TestGroup(["a"])
        let own = try TestMember("b", suite).keyPackage()
        var welcome = try welcome(of: try group.members[0].commit(adding: [own.keyPackage]))
        let provider = group.members[0].provider
        welcome.cipherSuite = CipherSuite(rawValue: 3)
        #expect(throws: MLSError(.notForThisKeyPackage)) {
            try Group.join(welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, provider: provider)
        }
    }

    /// Whoever expects the group to go on gets no other one.
    @Test func aWelcomeThatContinuesNothing() throws {
        var group = try TestGroup(["a"])
        let own = try TestMember("b", suite).keyPackage()
        let previous = try group.members[0].group
        let welcome = try welcome(of: try group.members[0].commit(adding: [own.keyPackage]))
        #expect(throws: MLSError(.invalidGroupInfo)) {
            try Group.join(
                welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, continuing: previous,
                provider: group.members[0].provider)
        }
    }

    @Test func theTreeMustBeTheOneThatTheGroupInfoNames() throws {
        var group = try TestGroup(["a", "b"])
        let own = try TestMember("c", suite).keyPackage()
        let staged = try group.members[0].commit(adding: [own.keyPackage]) { $0.includesRatchetTree = false }
        let provider = group.members[0].provider
        let welcome = try welcome(of: staged)
        func join(_ tree: [UInt8]) throws {
            _ = try Group.join(
                welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, ratchetTree: tree,
                provider: provider)
        }
        try join(staged.merged.ratchetTree)
        #expect(throws: MLSError(.invalidTree)) { try join(group.members[1].group.ratchetTree) }
        #expect(throws: MLSError(.malformed)) { try join([]) }
        #expect(throws: MLSError(.malformed)) { try join([0]) }
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<40 {
            let mutated = staged.merged.ratchetTree.mutated(using: &generator)
            guard mutated != staged.merged.ratchetTree else { continue }
            #expect(throws: MLSError.self) { try join(mutated) }
        }
    }

    @Test func welcomesWithKeysThatAreNotAtHand() throws {
        var group = try TestGroup(["a"])
        let own = try TestMember("b", suite).keyPackage()
        let provider = group.members[0].provider
        func expect(_ code: MLSError.Code, _ keys: PreSharedKeyID.Key..., continuing previous: Group? = nil) throws {
            let secrets = GroupSecrets(
                joinerSecret: SecretBytes(zeros: 32), pathSecret: nil,
                psks: keys.map { PreSharedKeyID(key: $0, nonce: [UInt8](repeating: 0, count: 32)) })
            var welcome = try welcome(of: try group.members[0].stage(adding: [own.keyPackage]))
            welcome.secrets[0].encryptedGroupSecrets = try provider.encryptWithLabel(
                own.keyPackage.initKey, label: "Welcome", context: welcome.encryptedGroupInfo,
                plaintext: secrets.encoded)
            #expect(throws: MLSError(code)) {
                try Group.join(
                    welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, continuing: previous,
                    provider: provider)
            }
        }
        try expect(.missingKey, .external(id: [1]))
        try expect(.missingKey, .resumption(usage: .reInit, groupID: [1], epoch: 1))
        try expect(.missingKey, .resumption(usage: .branch, groupID: [1], epoch: 1))
        // No Welcome continues two groups, or one group in two ways.
        let previous = try group.members[0].group
        let link = PreSharedKeyID.Key.resumption(usage: .branch, groupID: previous.groupID, epoch: previous.epoch)
        try expect(.authenticationFailed, link, continuing: previous)
        // This one was not ended by a ReInit.
        try expect(
            .invalidGroupInfo, .resumption(usage: .reInit, groupID: previous.groupID, epoch: previous.epoch),
            continuing: previous)
        try expect(.invalidGroupInfo, link, link, continuing: previous)
        try expect(
            .invalidGroupInfo, link, .resumption(usage: .branch, groupID: [1], epoch: 1), continuing: previous)
    }

    @Test func aLeafKeyThatIsAnothers() throws {
        var group = try TestGroup(["a"])
        let member = try TestMember("b", suite)
        let own = try member.keyPackage()
        let staged = try group.members[0].commit(adding: [own.keyPackage])
        var keys = own.privateKeys
        let welcome = try welcome(of: staged)
        _ = try Group.join(
            welcome, keyPackage: own.keyPackage, privateKeys: keys, provider: group.members[0].provider)
        keys.encryptionKey = try member.keyPackage().privateKeys.encryptionKey
        #expect(throws: MLSError(.invalidTree)) {
            try Group.join(
                welcome, keyPackage: own.keyPackage, privateKeys: keys, provider: group.members[0].provider)
        }
    }
}
