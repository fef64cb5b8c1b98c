import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Groups that delete their keys, as a client gets them that asks for nothing else (RFC 9420 §9.2, §15.3).
@Suite struct KeyDeletionTests {
    private static let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519

    private func group(
        _ names: [String], _ suite: CipherSuite = suite, pastEpochs: UInt8 = 0, skippedGenerations: UInt32 = 1_000
    ) throws -> TestGroup {
        try TestGroup(
            names, suite,
            settings: GroupSettings(
                retention: .strict(pastEpochs: pastEpochs, skippedGenerations: skippedGenerations)))
    }

    private func reload(_ group: Group) throws -> Group {
        try Group(decodingState: group.encodedState, providers: CipherSuiteProviders.provider(for:))
    }

    @Test func itIsWhatOneGetsWithoutAsking() throws {
        #expect(GroupSettings().retention == .strict(pastEpochs: 0, skippedGenerations: 1_000))
        let member = try TestMember("a", Self.suite)
        let created = try Group.create(
            groupID: [1], provider: member.provider, credential: member.credential, signer: member.signer,
            capabilities: member.capabilities, lifetime: TestMember.lifetime)
        #expect(created.retention == GroupSettings().retention)
        var group = try TestGroup(["a", "b"])
        #expect(try group.members[1].group.retention == .rederivable)
        let own = try TestMember("c", Self.suite).keyPackage()
        let staged = try group.members[0].commit(adding: [own.keyPackage])
        guard case .welcome(let welcome)? = staged.welcome else {
            Issue.record("not a Welcome")
            return
        }
        let joined = try Group.join(
            welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, provider: group.members[0].provider)
        #expect(joined.retention == GroupSettings().retention)
    }

    @Test(arguments: TestMember.suites)
    func aGroupGoesOnWithoutItsOldKeys(_ suite: CipherSuite) throws {
        var group = try group(["a", "b", "c", "d"], suite)
        for round in 0..<3 {
            for sender in group.members.indices {
                let text = "\(round) from \(sender)"
                let message = try group.members[sender].encrypt(text)
                for reader in group.members.indices where reader != sender {
                    #expect(try group.members[reader].read(message) == text)
                    #expect(throws: MLSError(.usedKey)) { try group.members[reader].read(message) }
                    group.members[reader].state = try reload(try group.members[reader].group)
                    #expect(throws: MLSError(.usedKey)) { try group.members[reader].read(message) }
                }
                #expect(throws: MLSError(.ownMessage)) { try group.members[sender].read(message) }
            }
            try group.propose(1) { try $0.proposeUpdate(framing: $1, signer: $2) }
            let commit = try group.members[round].commit()
            try group.deliver(commit.message, from: round)
        }
        #expect(Set(try group.members.map { try $0.group.epochAuthenticator }).count == 1)
        var joiner = try TestMember("e", suite)
        joiner.settings = GroupSettings()
        try group.joinExternally(joiner)
        #expect(try group.members[4].group.retention == .strict())
        let message = try group.members[4].encrypt("from outside")
        #expect(try group.members[0].read(message) == "from outside")
    }

    /// The state after a message holds nothing that any of the message's keys could be derived from.
    @Test func whatWasUsedIsNotInTheState() throws {
        var group = try group(["a", "b", "c", "d"])
        let before = try group.members[1].group
        let message = try group.members[0].encrypt("secret")
        #expect(try group.members[1].read(message) == "secret")
        let after = try group.members[1].group
        func contains(_ state: Group, _ secret: SecretBytes) -> Bool {
            let bytes = state.encodedState
            return bytes.indices.contains { bytes[$0...].starts(with: secret.bytes) }
        }
        // Somebody who recorded the message and later gets the state cannot go back.
        var thief = after
        #expect(throws: MLSError(.usedKey)) { try thief.read(message) }
        var earlier = before
        #expect(try earlier.read(message).data == Array("secret".utf8))
        // The way from the root to the leaf, as RFC 9420 §9 has it: member a is the leaf 0 of four.
        let provider = before.provider
        var secret = try #require(rootSecret(of: before))
        for side in ["", "left", "left"] {
            if !side.isEmpty {
                secret = try provider.expandWithLabel(
                    secret, label: "tree", context: Array(side.utf8), length: provider.hashLength)
            }
            #expect(!contains(after, secret))
        }
        let ratchet = try provider.expandWithLabel(
            secret, label: "application", context: [], length: provider.hashLength)
        #expect(!contains(after, ratchet))
        // What was not used is there still.
        let root = try #require(rootSecret(of: before))
        #expect(contains(before, root))
        #expect(
            contains(
                after,
                try provider.expandWithLabel(root, label: "tree", context: Array("right".utf8), length: 32)))
    }

    /// The one secret of the tree that a member has in an epoch in which nothing was sent: it stands before the empty list of
    /// ratchets, near the end of the stored form.
    private func rootSecret(of group: Group) -> SecretBytes? {
        let bytes = group.encodedState
        // …opaque secret<V>; Ratchet ratchets<V>; PastEpoch past_epochs<V>
        guard bytes.suffix(2) == [0, 0] else { return nil }
        return SecretBytes(bytes.dropLast(2).suffix(32))
    }

    @Test func messagesMayOvertakeEachOther() throws {
        var group = try group(["a", "b"], skippedGenerations: 3)
        let messages = try (0..<9).map { try group.members[0].encrypt("\($0)") }
        // Four were skipped: one more than the limit.
        #expect(throws: MLSError(.generationTooHigh)) { try group.members[1].read(messages[4]) }
        for index in [3, 1, 2, 4] { #expect(try group.members[1].read(messages[index]) == "\(index)") }
        #expect(throws: MLSError(.usedKey)) { try group.members[1].read(messages[2]) }
        // Of 0, 5, 6 and 7 the first is given up for the last.
        #expect(try group.members[1].read(messages[8]) == "8")
        #expect(throws: MLSError(.usedKey)) { try group.members[1].read(messages[0]) }
        group.members[1].state = try reload(try group.members[1].group)
        for index in [7, 5, 6] { #expect(try group.members[1].read(messages[index]) == "\(index)") }
    }

    /// What is refused costs nobody a key.
    @Test func refusedMessagesDeleteNothing() throws {
        var group = try group(["a", "b"])
        let message = try group.members[0].encrypt("x")
        guard case .privateMessage(var forged) = message else {
            Issue.record("not a PrivateMessage")
            return
        }
        let before = try group.members[1].group
        forged.ciphertext[forged.ciphertext.count - 1] ^= 1
        #expect(throws: MLSError(.authenticationFailed)) { try group.members[1].read(.privateMessage(forged)) }
        #expect(try group.members[1].group == before)
        let wrong = group.members[1].signer.privateKey
        #expect(throws: MLSError(.missingKey)) { try group.members[0].state?.encrypt([], signer: wrong) }
        #expect(try group.members[1].read(message) == "x")
        #expect(try group.members[1].group != before)
        // A commit that its receiver refuses: the proposal in it never arrived.
        let update = try group.members[0].propose {
            try $0.proposePreSharedKey(.external(id: [1]), framing: $1, signer: $2)
        }
        let commit = try group.members[0].commit { $0.preSharedKeys = [.external(id: [1]): SecretBytes([1])] }
        let waiting = try group.members[1].group
        #expect(throws: MLSError(.unknownProposal)) { try group.members[1].receive(commit.message) }
        #expect(try group.members[1].group == waiting)
        try group.members[1].receive(update)
        #expect(throws: MLSError(.usedKey)) { try group.members[1].receive(update) }
        var receiver = try group.members[1].group
        let undecided = receiver
        // A commit that was staged changes nothing until it is merged: it can be dropped, and comes again.
        for isMerged in [false, true] {
            guard
                case .commit(let staged) = try receiver.process(
                    commit.message, preSharedKeys: [.external(id: [1]): SecretBytes([1])])
            else {
                Issue.record("not a commit")
                return
            }
            #expect(receiver == undecided)
            if isMerged { try receiver.merge(staged) }
        }
        #expect(try receiver.epochAuthenticator == group.members[0].group.epochAuthenticator)
    }

    @Test func pastEpochsAreReadAsFarAsTheyAreKept() throws {
        var group = try group(["a", "b", "c"], pastEpochs: 2)
        var late: [MLSMessage] = []
        for round in 0..<4 {
            late.append(try group.members[0].encrypt("\(round)"))
            late.append(try group.members[0].encrypt("\(round) again"))
            let commit =
                round == 3 ? try group.members[1].commit(removing: [LeafIndex(2)]) : try group.members[1].commit()
            try group.deliver(commit.message, from: 1)
        }
        group.members[1].state = try reload(try group.members[1].group)
        for index in [0, 1, 2, 3] {
            #expect(throws: MLSError(.wrongEpoch)) { try group.members[1].read(late[index]) }
        }
        #expect(try group.members[1].read(late[5]) == "2 again")
        #expect(try group.members[1].read(late[4]) == "2")
        #expect(throws: MLSError(.usedKey)) { try group.members[1].read(late[4]) }
        guard case .application(let read) = try group.members[1].receive(late[6]) else {
            Issue.record("not application data")
            return
        }
        #expect(read.data == Array("3".utf8))
        #expect(read.sender == LeafIndex(0))
        #expect(try read.epoch == group.members[1].group.epoch - 1)
        #expect(read.senderCredential == group.members[0].credential)
        guard case .privateMessage(var forged) = late[7] else {
            Issue.record("not a PrivateMessage")
            return
        }
        forged.authenticatedData = [1]
        #expect(throws: MLSError(.authenticationFailed)) { try group.members[1].read(.privateMessage(forged)) }
        #expect(try group.members[1].read(late[7]) == "3 again")
        // Whoever was removed has kept the epoch it was in, and no other way into the group.
        #expect(try group.members[2].group.isRemoved)
        #expect(try group.members[2].read(late[6]) == "3")
        #expect(throws: MLSError(.removed)) { try group.members[2].encrypt("x") }
    }

    @Test func whoIsRemovedKeepsNoKeys() throws {
        var group = try group(["a", "b", "c"])
        let late = try group.members[0].encrypt("x")
        let commit = try group.members[1].commit(removing: [LeafIndex(2)])
        let before = try group.members[2].group.encodedState.count
        try group.deliver(commit.message, from: 1)
        #expect(try group.members[2].group.isRemoved)
        #expect(try group.members[2].group.encodedState.count < before - 4 * 32)
        #expect(throws: MLSError(.removed)) { try group.members[2].read(late) }
        #expect(try reload(try group.members[2].group) == group.members[2].group)
    }

    /// A commit that was staged and dropped does not bring its key back.
    @Test func reservedKeysAreForOneMessage() throws {
        var group = try group(["a", "b"])
        let dropped = try group.members[0].stage()
        let sent = try group.members[0].stage()
        #expect(dropped.message != sent.message)
        try group.members[1].receive(sent.message)
        let old = try group.members[0].framing()
        try group.members[0].state?.merge(sent)
        #expect(throws: MLSError(.wrongEpoch)) { try group.members[0].stage { $0.framing = old } }
        #expect(throws: MLSError(.wrongEpoch)) { try group.members[1].receive(dropped.message) }
        #expect(try group.members[0].group.epochAuthenticator == group.members[1].group.epochAuthenticator)
    }

    /// Each kind of group refuses what would go wrong in it.
    @Test func theTwoKindsAreNotMixedUp() throws {
        var deleting = try group(["a", "b"])
        let message = try deleting.members[0].encrypt("x")
        let key = deleting.members[0].signer.privateKey
        #expect(throws: MLSError(.unsupported)) { try deleting.members[1].decrypt(message) }
        #expect(throws: MLSError(.unsupported)) {
            try deleting.members[0].group.encrypt([], generation: 9, signer: key)
        }
        #expect(throws: MLSError(.unsupported)) {
            try deleting.members[0].stage { $0.framing = .privateMessage(generation: 9) }
        }
        var roster = Roster()
        roster.record(try deleting.members[1].group)
        #expect(throws: MLSError(.missingKey)) {
            try deleting.members[1].group.epochRecord.decrypt(
                message, roster: roster, provider: deleting.members[1].provider)
        }
        #expect(try deleting.members[1].read(message) == "x")

        var keeping = try TestGroup(["a", "b"])
        let kept = try keeping.members[0].encrypt("y")
        let other = keeping.members[0].signer.privateKey
        #expect(throws: MLSError(.unsupported)) { try keeping.members[0].state?.encrypt([], signer: other) }
        #expect(throws: MLSError(.unsupported)) { try keeping.members[0].state?.reserveFraming() }
        for _ in 0..<2 { #expect(try keeping.members[1].read(kept) == "y") }
    }

    /// One member deletes its keys, another one keeps them: nobody else can tell.
    @Test func membersNeedNotAgree() throws {
        var group = try TestGroup(["a", "b"])
        var joiner = try TestMember("c", Self.suite)
        joiner.settings = GroupSettings()
        let own = try joiner.keyPackage()
        let staged = try group.members[0].commit(adding: [own.keyPackage])
        try group.deliver(staged.message, from: 0)
        try joiner.join(staged, with: own)
        group.members.append(joiner)
        let commit = try group.members[2].commit()
        try group.deliver(commit.message, from: 2)
        let message = try group.members[2].encrypt("x")
        #expect(try group.members[0].decrypt(message) == "x")
        #expect(try group.members[2].read(group.members[1].encrypt("y")) == "y")
    }

    @Test(arguments: 0..<3)
    func noStoredBytesTrap(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var group = try group(["a", "b", "c"], pastEpochs: 1)
        let late = try group.members[1].encrypt("late")
        let commit = try group.members[0].commit()
        try group.deliver(commit.message, from: 0)
        _ = try group.members[1].encrypt("skipped")
        let messages = [try group.members[1].encrypt("x"), late]
        #expect(try group.members[0].read(messages[0]) == "x")
        let bytes = try group.members[0].group.encodedState
        #expect(bytes.first == 3)
        for length in stride(from: 0, to: bytes.count, by: 13) {
            #expect(throws: MLSError.self) {
                try Group(decodingState: Array(bytes.prefix(length)), providers: CipherSuiteProviders.provider(for:))
            }
        }
        // The end is what other groups do not have.
        let tail = bytes.count / 3
        for _ in 0..<150 {
            let mutated = bytes.dropLast(tail) + Array(bytes.suffix(tail)).mutated(using: &generator)
            guard
                var broken = try? Group(
                    decodingState: Array(mutated), providers: CipherSuiteProviders.provider(for:))
            else { continue }
            for message in messages { _ = try? broken.read(message) }
            _ = try? broken.reserveFraming()
            _ = try? broken.encrypt([1], signer: group.members[0].signer.privateKey)
        }
    }

    /// The ratchet goes on, but nobody else would follow it: a stored form in which nearly all of it was used.
    @Test func anEpochHasAnEnd() throws {
        var member = try group(["a"]).members[0]
        _ = try member.encrypt("0")
        let state = try member.group
        // …NodeSecret node_secrets<V>; { leaf 0, handshake, generation 0 … }, { leaf 0, application, generation 1 … }
        var bytes = state.encodedState
        let place = bytes.indices.last { bytes[$0...].starts(with: [0, 0, 0, 0, 2, 0, 0, 0, 1, 32]) }
        let generation = try #require(place) + 5
        bytes.replaceSubrange(generation..<(generation + 4), with: (EpochRecord.generationLimit).encoded)
        member.state = try Group(decodingState: bytes, providers: CipherSuiteProviders.provider(for:))
        _ = try member.encrypt("the last one")
        #expect(throws: MLSError(.generationTooHigh)) { try member.encrypt("too many") }
        _ = try member.framing()
    }

    /// The stored form has no vector of 2^30 bytes (RFC 9420 §2.1.2), however many epochs are kept and whatever the
    /// members' credentials are: the oldest ones go.
    @Test func pastEpochsTakeNoMoreThanCanBeStored() throws {
        let size = 24 << 20
        let member = try TestMember("a", Self.suite)
        var capabilities = member.capabilities
        capabilities.credentials = [.x509]
        var state = try Group.create(
            groupID: [1], provider: member.provider,
            credential: .x509(certificates: [[UInt8](repeating: 1, count: size)]), signer: member.signer,
            capabilities: capabilities, lifetime: TestMember.lifetime,
            settings: GroupSettings(retention: .strict(pastEpochs: 255)))
        for _ in 0..<10 {
            // With a pre-shared key, which needs no path.
            let request = CommitRequest(
                injecting: [.external(id: [1])], preSharedKeys: [.external(id: [1]): SecretBytes([1])],
                framing: .publicMessage)
            try state.merge(state.stageCommit(request, policy: TestMember.policy, signer: member.signer.privateKey))
        }
        #expect(state.encodedState.count < 7 * size)
        #expect(state.encodedState.count > 4 * size)
    }

    /// What is over is read in, and that needs no keys of handshakes.
    @Test func pastEpochsHaveNoKeysOfHandshakes() throws {
        var group = try group(["a", "b", "c"], pastEpochs: 1)
        func contains(_ member: Int, _ leaf: UInt8, _ kind: UInt8, next generation: UInt8) throws -> Bool {
            let bytes = try group.members[member].group.encodedState
            // Ratchet: leaf, kind, generation, and a secret of 32 bytes.
            let place = [0, 0, 0, leaf, kind, 0, 0, 0, generation, 32]
            return bytes.indices.contains { bytes[$0...].starts(with: place) }
        }
        let late = try group.members[2].encrypt("late")
        try group.propose(0) { try $0.proposePreSharedKey(.external(id: [1]), framing: $1, signer: $2) }
        #expect(try contains(1, 0, 1, next: 1))
        let commit = try group.members[2].commit()
        try group.deliver(commit.message, from: 2)
        #expect(try !contains(1, 0, 1, next: 1))
        #expect(try contains(1, 0, 2, next: 0))
        #expect(try group.members[1].read(late) == "late")
        #expect(try !contains(1, 2, 1, next: 0))
        #expect(try contains(1, 2, 2, next: 1))
        #expect(throws: MLSError(.usedKey)) { try group.members[1].read(late) }
        #expect(try reload(try group.members[1].group) == group.members[1].group)
    }

    /// What was staged before the program ended is merged with what became of the epoch since.
    @Test func anOwnCommitIsMergedAfterARestart() throws {
        var group = try group(["a", "b"], pastEpochs: 2)
        let earliest = try group.members[1].encrypt("0")
        let first = try group.members[1].commit()
        try group.deliver(first.message, from: 1)
        let (late, read) = (try group.members[1].encrypt("1"), try group.members[1].encrypt("read"))
        let staged = try group.members[0].stage()
        let stored = staged.merged.encodedState
        #expect(try group.members[0].read(read) == "read")
        try group.members[1].receive(staged.message)

        var state = try reload(try group.members[0].group)
        let next = try Group(decodingState: stored, providers: CipherSuiteProviders.provider(for:))
        let ahead = try group.members[1].stage().merged
        #expect(throws: MLSError(.wrongGroup)) { try state.merge(stored: ahead) }
        #expect(throws: MLSError(.wrongEpoch)) { try state.merge(stored: state) }
        try state.merge(stored: next)
        group.members[0].state = state
        #expect(try group.members[0].read(late) == "1")
        #expect(try group.members[0].read(earliest) == "0")
        #expect(throws: MLSError(.usedKey)) { try group.members[0].read(read) }
        #expect(try group.members[0].read(try group.members[1].encrypt("2")) == "2")
        #expect(throws: MLSError(.wrongEpoch)) { try group.members[0].state?.merge(stored: next) }
    }
}
