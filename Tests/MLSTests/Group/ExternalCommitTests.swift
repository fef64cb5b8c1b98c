import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Joining by an external commit (RFC 9420 §12.4.3.2).
@Suite struct ExternalCommitTests {
    private let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519

    @Test(arguments: TestMember.suites, [false, true])
    func aClientJoinsByItself(_ suite: CipherSuite, _ treeIsBeside: Bool) throws {
        var group = try TestGroup(["a", "b", "c"], suite)
        var joiner = try TestMember("d", suite)
        let info = try group.members[1].publishedGroupInfo(includesRatchetTree: !treeIsBeside)
        if treeIsBeside {
            #expect(throws: MLSError(.invalidTree)) { try joiner.stageExternalJoin(info) }
        }
        let tree = try group.members[1].group.ratchetTree
        let staged = try joiner.joinExternally(info) {
            if treeIsBeside { $0.ratchetTree = tree }
            $0.authenticatedData = [1, 2]
        }
        #expect(staged.isExternal)
        #expect(staged.sender == LeafIndex(3))
        #expect(staged.added.map(\.credential) == [joiner.credential])
        #expect(staged.removed.isEmpty && staged.updated.isEmpty)
        for index in group.members.indices {
            let before = try group.members[index].group
            guard case .commit(let received) = try group.members[index].receive(staged.message) else {
                Issue.record("not a commit")
                return
            }
            #expect(received.isExternal)
            #expect(received.sender == staged.sender)
            #expect(received.added == staged.added)
            #expect(received.removed.isEmpty && received.updated.isEmpty)
            #expect(received.authenticatedData == [1, 2])
            #expect(received.proposals.map(\.sender) == [.newMemberCommit])
            #expect(try group.members[index].group.epoch == before.epoch + 1)
        }
        group.members.append(joiner)
        try group.expectAgreement()
        // All have what it takes to go on.
        for index in group.members.indices {
            let next = try group.members[index].commit()
            try group.deliver(next.message, from: index)
        }
        try group.expectAgreement()
    }

    /// Into blank leaves first, then into a larger tree.
    @Test func joinersTakeTheLeftmostBlankLeaf() throws {
        var group = try TestGroup(["a", "b", "c", "d"])
        let removal = try group.members[0].commit(removing: [LeafIndex(1), LeafIndex(2)])
        group.members.removeSubrange(1...2)
        try group.deliver(removal.message, from: 0)
        var leaves: [LeafIndex] = []
        for name in ["e", "f", "g", "h"] {
            leaves.append(try group.joinExternally(try TestMember(name, suite)).sender)
            try group.expectAgreement()
        }
        #expect(leaves == [1, 2, 4, 5].map { LeafIndex($0) })
        #expect(try RatchetTree(decoding: group.members[0].group.ratchetTree).leafCount == 8)
        // A joiner can remove, and can let the next one in.
        let last = group.members.count - 1
        let commit = try group.members[last].commit(removing: [LeafIndex(0)])
        try group.deliver(commit.message, from: last)
        group.members.remove(at: 0)
        try group.expectAgreement()
        #expect(try group.joinExternally(try TestMember("i", suite)).sender == LeafIndex(0))
        try group.expectAgreement()
    }

    @Test func aGroupOfOneIsJoined() throws {
        var group = try TestGroup(["a"])
        try group.joinExternally(try TestMember("b", suite))
        try group.expectAgreement()
    }

    /// A member that has lost its state comes back with the same keys (RFC 9420 §12.4.3.2).
    @Test func aFormerSelfIsReplaced() throws {
        var group = try TestGroup(["a", "b", "c"])
        var lost = try group.members[1].group
        let signer = group.members[1].signer
        var back = try TestMember("b", suite)
        back.signer = signer
        let info = try group.members[0].publishedGroupInfo()
        #expect(throws: MLSError(.invalidLeafNode)) { try back.stageExternalJoin(info) }
        let staged = try back.joinExternally(info, replacing: LeafIndex(1))
        #expect(staged.sender == LeafIndex(1))
        #expect(staged.removed.map(\.leafIndex) == [LeafIndex(1)])
        for index in [0, 2] {
            guard case .commit(let received) = try group.members[index].receive(staged.message) else {
                Issue.record("not a commit")
                return
            }
            #expect(received.isExternal)
            #expect(received.removed == staged.removed)
            #expect(received.added == staged.added)
        }
        guard case .commit(let removal) = try lost.process(staged.message) else {
            Issue.record("not a commit")
            return
        }
        #expect(removal.removesOwnLeaf)
        #expect(removal.isExternal)
        try lost.merge(removal)
        #expect(lost.isRemoved)
        group.members[1] = back
        try group.expectAgreement()
    }

    @Test func preSharedKeysAreTakenIn() throws {
        var group = try TestGroup(["a", "b"])
        let id = PreSharedKeyID.Key.external(id: [5])
        let keys: PreSharedKeys = [id: SecretBytes([9, 9])]
        let past = try group.members[0].group.resumptionKeyID
        let pastKey = try group.members[0].group.resumptionPSK
        var joiner = try TestMember("c", suite)
        let info = try group.members[0].publishedGroupInfo()
        #expect(throws: MLSError(.missingKey)) { try joiner.stageExternalJoin(info) { $0.injecting = [id] } }
        let staged = try joiner.joinExternally(info) {
            $0.injecting = [id, past]
            $0.preSharedKeys = keys.merging([past: pastKey]) { first, _ in first }
        }
        #expect(throws: MLSError(.missingKey)) { try group.members[0].receive(staged.message) }
        for index in group.members.indices {
            var state = try group.members[index].group
            #expect(throws: MLSError(.authenticationFailed)) {
                try state.process(staged.message, preSharedKeys: [id: SecretBytes([8])])
            }
            guard case .commit(let received) = try state.process(staged.message, preSharedKeys: keys) else {
                Issue.record("not a commit")
                return
            }
            try state.merge(received)
            group.members[index].state = state
        }
        group.members.append(joiner)
        try group.expectAgreement()
    }

    /// Members come by Welcome and by themselves, come back and go, at random places.
    @Test(arguments: 0..<4)
    func randomHistories(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: 300 + seed)
        var group = try TestGroup(["0", "1"])
        for step in 2..<26 {
            let actor = Int.random(in: group.members.indices, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0:
                try group.joinExternally(try TestMember("\(step)", suite))
            case 1:
                let former = try group.members[actor].group.ownLeafIndex
                var back = group.members.remove(at: actor)
                let staged = try back.joinExternally(
                    try #require(group.members.randomElement(using: &generator)).publishedGroupInfo(),
                    replacing: former)
                for index in group.members.indices { try group.members[index].receive(staged.message) }
                group.members.append(back)
            case 2 where group.members.count > 2:
                let leaving = group.members.indices.filter { $0 != actor }.randomElement(using: &generator)
                let index = try #require(leaving)
                let staged = try group.members[actor].commit(removing: [try group.members[index].group.ownLeafIndex])
                try group.deliver(staged.message, from: actor)
                group.members.remove(at: index)
            case 3:
                var joiner = try TestMember("\(step)", suite)
                let own = try joiner.keyPackage()
                let staged = try group.members[actor].commit(adding: [own.keyPackage])
                try group.deliver(staged.message, from: actor)
                try joiner.join(staged, with: own)
                group.members.append(joiner)
            default:
                let staged = try group.members[actor].commit()
                try group.deliver(staged.message, from: actor)
            }
        }
        try group.expectAgreement()
        // Whoever comes now finds a tree that is valid through and through.
        try group.joinExternally(try TestMember("last", suite))
        try group.expectAgreement()
    }

    @Test func proposalsThatWerePendingAreGoneAfterwards() throws {
        var group = try TestGroup(["a", "b"])
        try group.propose(1) { try $0.proposeUpdate(framing: $1, signer: $2) }
        try group.joinExternally(try TestMember("c", suite))
        #expect(try group.members.allSatisfy { try $0.group.pendingProposals.isEmpty })
        try group.expectAgreement()
    }

    @Test func whatWasStagedGoesOnFromItsStoredForm() throws {
        var group = try TestGroup(["a", "b"])
        var joiner = try TestMember("c", suite)
        let staged = try joiner.stageExternalJoin(try group.members[0].publishedGroupInfo())
        joiner.state = try Group(
            decodingState: staged.merged.encodedState, providers: CipherSuiteProviders.provider(for:))
        for index in group.members.indices { try group.members[index].receive(staged.message) }
        group.members.append(joiner)
        try group.expectAgreement()
    }

    @Test func groupInfosThatNobodyCanJoinWith() throws {
        var group = try TestGroup(["a", "b"])
        let joiner = try TestMember("c", suite)
        let sender = group.members[0]
        let closed = try sender.group.groupInfo(signer: sender.signer.privateKey)
        #expect(throws: MLSError(.invalidGroupInfo)) { try joiner.stageExternalJoin(closed) }
        let info = try sender.publishedGroupInfo()
        func expect(
            _ code: MLSError.Code, signed: Bool = true, _ change: (inout GroupInfo) -> Void,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            var forged = info
            change(&forged)
            if signed {
                forged = try GroupInfo.signed(
                    forged.content, with: sender.signer.privateKey, provider: sender.provider)
            }
            #expect(throws: MLSError(code), sourceLocation: sourceLocation) { try joiner.stageExternalJoin(forged) }
        }
        try expect(.authenticationFailed, signed: false) { $0.content.confirmationTag[0] ^= 1 }
        try expect(.authenticationFailed) { $0.content.signer = LeafIndex(1) }
        try expect(.invalidGroupInfo) { $0.content.signer = LeafIndex(7) }
        try expect(.invalidTree) { $0.content.groupContext.treeHash[0] ^= 1 }
        try expect(.invalidGroupInfo) { $0.content.groupContext.cipherSuite = CipherSuite(rawValue: 3) }
        try expect(.wrongEpoch) { $0.content.groupContext.epoch = .max }
        try expect(.cryptography) {
            $0.content.extensions.removeAll { $0.type == .externalPub }
            $0.content.extensions.append(.externalPub(HPKEPublicKey([1])))
        }
        try expect(.malformed) {
            $0.content.extensions.removeAll { $0.type == .externalPub }
            $0.content.extensions.append(Extension(type: .externalPub, data: [7]))
        }
        try expect(.invalidGroupInfo) { $0.content.extensions.append(.externalPub(HPKEPublicKey([1]))) }
        // A GroupInfo that says another epoch leads to a commit that nobody takes.
        var old = info
        old.content.groupContext.epoch -= 1
        old = try GroupInfo.signed(old.content, with: sender.signer.privateKey, provider: sender.provider)
        let staged = try joiner.stageExternalJoin(old)
        #expect(throws: MLSError(.wrongEpoch)) { try group.members[1].receive(staged.message) }
    }

    @Test func requestsThatTheGroupWouldRefuse() throws {
        let type = ExtensionType(rawValue: 0xf7c1)
        let group = try TestGroup(
            ["a", "b"], suite, extensions: [Extension(type: type, data: [])], supporting: [type])
        let info = try group.members[0].publishedGroupInfo()
        let unable = try TestMember("c", suite)
        #expect(throws: MLSError(.invalidLeafNode)) { try unable.stageExternalJoin(info) }
        let joiner = try TestMember("c", suite, extensions: [type])
        _ = try joiner.stageExternalJoin(info)
        #expect(throws: MLSError(.invalidLeafNode)) {
            try joiner.stageExternalJoin(info) { $0.capabilities.cipherSuites = [CipherSuite(rawValue: 3)] }
        }
        #expect(throws: MLSError(.invalidProposal)) { try joiner.stageExternalJoin(info, replacing: LeafIndex(2)) }
        #expect(throws: MLSError(.invalidProposal)) {
            try joiner.stageExternalJoin(info) {
                $0.injecting = [.resumption(usage: .reInit, groupID: [1], epoch: 1)]
            }
        }
        #expect(throws: MLSError(.authenticationFailed)) {
            try joiner.stageExternalJoin(info) { $0.signer.publicKey = unable.signer.publicKey }
        }
        #expect(throws: MLSError(.invalidGroupInfo)) {
            let other = try TestMember("c", CipherSuite(rawValue: 3), extensions: [type])
            _ = try other.stageExternalJoin(info)
        }
    }
}
