import MLS
import MLSCodec
import MLSCrypto
import Testing

/// What others pile up in a member's state, or in what it is handed: it stays within what the settings allow, or costs no
/// more than it is long.
@Suite struct PilingUpTests {
    private static let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519

    // MARK: Proposals

    /// Ten thousand proposals of one type, which all are valid by themselves.
    @Test(
        arguments: [ProposalType](
            [.add, .update, .remove, .preSharedKey, .reInit, .groupContextExtensions, .selfRemove]))
    func pendingProposalsOfOneType(_ type: ProposalType) throws {
        let group = try TestGroup(["a", "m", "c"], proposals: [.selfRemove])
        let (attacker, mallory) = (group.members[1], try group.members[1].group)
        let joining = try (0..<100).map { try TestMember("new \($0)", Self.suite).keyPackage().keyPackage }
        let leaf = try #require(mallory.member(at: mallory.ownLeafIndex)).leafNode
        let messages = try (0..<10_000).map { number in
            let signed = try mallory.sign(
                .proposal(try proposal(type, number, of: attacker, leaf, joining)), as: .publicMessage,
                authenticatedData: UInt64(number).encoded, signer: attacker.signer.privateKey)
            return try mallory.protect(signed, framing: .publicMessage)
        }
        var victim = try group.members[0].group
        try quickly("processing \(messages.count) proposals", signatures: 3 * messages.count) {
            for message in messages { _ = try victim.process(message) }
        }
        #expect(victim.pendingProposals.count == messages.count)
        let signer = group.members[0].signer.privateKey
        try quickly("committing beside \(messages.count) proposals", signatures: 200) {
            let request = CommitRequest(
                preSharedKeys: [.external(id: [1]): SecretBytes([1])], framing: .publicMessage)
            let staged = try victim.stageCommit(request, policy: TestMember.policy, signer: signer)
            let committed: [ProposalType: Int] = [.add: 100, .preSharedKey: messages.count, .reInit: 0]
            #expect(staged.proposals.count == committed[type] ?? 1)
        }
    }

    private func proposal(
        _ type: ProposalType, _ number: Int, of attacker: TestMember, _ leaf: LeafNode, _ joining: [KeyPackage]
    ) throws -> Proposal {
        let group = try attacker.group
        switch type {
        case .add: return .add(joining[number % joining.count])
        case .update:
            var content = leaf.content
            content.encryptionKey = try group.provider.deriveHPKEKeyPair(
                inputKeyMaterial: SecretBytes(UInt64(number).encoded + [UInt8](repeating: 0, count: 24))
            ).publicKey
            content.source = .update
            return .update(
                try LeafNode.signed(
                    content, at: LeafNode.Position(groupID: group.groupID, leafIndex: group.ownLeafIndex),
                    with: attacker.signer.privateKey, provider: group.provider))
        case .remove: return .remove(LeafIndex(2))
        case .preSharedKey:
            let nonce = UInt64(number).encoded + [UInt8](repeating: 0, count: 24)
            return .preSharedKey(PreSharedKeyID(key: .external(id: [1]), nonce: nonce))
        case .reInit:
            return .reInit(
                ReInit(
                    groupID: UInt64(number).encoded, version: .mls10, cipherSuite: Self.suite, extensions: []))
        case .groupContextExtensions:
            return .groupContextExtensions([.applicationID(UInt64(number).encoded)])
        default: return .selfRemove
        }
    }

    // MARK: Welcomes

    /// A Welcome to ten thousand others, and one for this client at the very end.
    @Test func aWelcomeWithManySecrets() throws {
        var group = try TestGroup(["a", "b"])
        let own = try TestMember("c", Self.suite).keyPackage()
        let staged = try group.members[0].stage(adding: [own.keyPackage])
        guard case .welcome(var welcome)? = staged.welcome else {
            Issue.record("not a Welcome")
            return
        }
        let provider = group.members[0].provider
        let others = (0..<10_000).map { number in
            var other = welcome.secrets[0]
            other.newMember = provider.makeKeyPackageRef(UInt64(number).encoded)
            return other
        }
        welcome.secrets = others + welcome.secrets
        try quickly("a Welcome with many secrets") {
            let decoded = try Welcome(decoding: welcome.encoded)
            let joined = try Group.join(
                decoded, keyPackage: own.keyPackage, privateKeys: own.privateKeys, provider: provider)
            #expect(joined.epoch == staged.merged.epoch)
            let stranger = try TestMember("d", Self.suite).keyPackage()
            #expect(throws: MLSError(.notForThisKeyPackage)) {
                try Group.join(
                    decoded, keyPackage: stranger.keyPackage, privateKeys: stranger.privateKeys, provider: provider)
            }
        }
    }

    /// A commit and its Welcome that take in thousands of pre-shared keys.
    @Test func manyPreSharedKeys() throws {
        var group = try TestGroup(["a", "b"])
        let own = try TestMember("c", Self.suite).keyPackage()
        let ids = (0..<5_000).map { PreSharedKeyID.Key.external(id: UInt64($0).encoded) }
        let keys = Dictionary(uniqueKeysWithValues: ids.map { ($0, SecretBytes([1])) })
        let staged = try group.members[0].stage(adding: [own.keyPackage]) {
            $0.injecting = ids
            $0.preSharedKeys = keys
        }
        try quickly("a commit and a Welcome with many pre-shared keys") {
            var receiver = try group.members[1].group
            guard case .commit(let received) = try receiver.process(staged.message, preSharedKeys: keys),
                case .welcome(let welcome)? = staged.welcome
            else { throw MLSError(.malformed) }
            let joined = try Group.join(
                welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, preSharedKeys: keys,
                provider: group.members[0].provider)
            #expect(joined.epochAuthenticator == received.merged.epochAuthenticator)
            #expect(throws: MLSError(.missingKey)) { try receiver.process(staged.message) }
        }
    }

    /// Extensions of a GroupInfo: one that is long, and all that there can be.
    @Test(arguments: [false, true])
    func aGroupInfoWithHugeExtensions(_ isOne: Bool) throws {
        let group = try TestGroup(["a", "b"])
        let member = group.members[0]
        let huge =
            isOne
            ? [Extension(type: ExtensionType(rawValue: 0xf000), data: [UInt8](repeating: 1, count: 8_000_000))]
            : (0x1000..<0xf000).map { Extension(type: ExtensionType(rawValue: $0), data: [1]) }
        var info = try member.publishedGroupInfo()
        info.content.extensions += huge
        info = try GroupInfo.signed(info.content, with: member.signer.privateKey, provider: member.provider)
        let joiner = try TestMember("c", Self.suite)
        try quickly("a GroupInfo with huge extensions") {
            let decoded = try GroupInfo(decoding: info.encoded)
            #expect(try joiner.stageExternalJoin(decoded).merged.epoch == 2)
        }
        // Of the group itself: no member says that it knows these.
        info.content.groupContext.extensions += huge
        info = try GroupInfo.signed(info.content, with: member.signer.privateKey, provider: member.provider)
        try quickly("a GroupContext with huge extensions") {
            let decoded = try GroupInfo(decoding: info.encoded)
            #expect(throws: MLSError.self) { try joiner.stageExternalJoin(decoded) }
        }
    }

    /// One long list of external senders, which is looked into for each of their proposals.
    @Test func manyExternalSenders() throws {
        let outsider = try TestMember("outsider", Self.suite)
        let sender = ExternalSender(signatureKey: outsider.signer.publicKey, credential: outsider.credential)
        let group = try TestGroup(
            ["a", "b"], extensions: [.externalSenders([ExternalSender](repeating: sender, count: 10_000))])
        var victim = try group.members[0].group
        let messages = try (0..<50).map { number in
            try MLSMessage.externalProposal(
                .preSharedKey(
                    PreSharedKeyID(key: .external(id: [1]), nonce: [UInt8](repeating: UInt8(number), count: 32))),
                groupID: victim.groupID, epoch: victim.epoch, senderIndex: 9_999,
                signer: outsider.signer.privateKey, provider: outsider.provider)
        }
        try quickly("proposals of the last of many external senders") {
            for message in messages { _ = try victim.process(message) }
        }
        #expect(victim.pendingProposals.count == messages.count)
    }

    // MARK: Keys that are kept

    /// However far ahead members send, the keys that are kept for what may still come are no more than the settings say, for
    /// each of them and for each epoch that is kept.
    @Test func keptKeysAreBounded() throws {
        let settings = GroupSettings(retention: .strict(pastEpochs: 2, skippedGenerations: 40))
        var group = try TestGroup(["a", "b", "c", "d"], settings: settings)
        var sizes: [Int] = []
        for _ in 0..<6 {
            for sender in 1..<4 {
                for _ in 0..<3 {
                    for _ in 0..<40 { _ = try group.members[sender].encrypt("lost") }
                    let message = try group.members[sender].encrypt("far ahead")
                    #expect(try group.members[0].read(message) == "far ahead")
                    for _ in 0..<40 { _ = try group.members[sender].framing() }
                    let proposal = try group.members[sender].propose {
                        try $0.proposePreSharedKey(.external(id: [1]), framing: $1, signer: $2)
                    }
                    try group.members[0].receive(proposal)
                }
            }
            sizes.append(try group.members[0].group.encodedState.count)
            let commit = try group.members[0].commit { $0.includesPendingProposals = false }
            try group.deliver(commit.message, from: 0)
        }
        // generation, key and nonce with their lengths
        let key = 4 + 1 + 16 + 1 + 12
        let kept = 3 * 2 * 40 * key
        #expect(sizes[0] > kept && sizes[0] < kept + 6_000, "\(sizes)")
        // And as much for each of the two past epochs.
        #expect(sizes[2] < 3 * kept + 12_000, "\(sizes)")
        #expect(sizes[5] - sizes[2] < 500, "\(sizes)")
    }

    /// More epochs than are kept: the state stops growing.
    @Test func pastEpochsAreBounded() throws {
        let settings = GroupSettings(retention: .strict(pastEpochs: 20))
        var group = try TestGroup(["a", "b"], settings: settings)
        var sizes: [Int] = []
        var first: MLSMessage?
        for number in 0..<60 {
            let message = try group.members[1].encrypt("\(number)")
            if number == 0 { first = message }
            let commit = try group.members[0].commit(public: true)
            try group.members[1].receive(commit.message)
            #expect(try group.members[0].read(message) == "\(number)")
            sizes.append(try group.members[0].group.encodedState.count)
        }
        #expect(sizes[59] - sizes[20] < 200, "\(sizes)")
        #expect(throws: MLSError(.wrongEpoch)) { try group.members[0].read(try #require(first)) }
    }
}
