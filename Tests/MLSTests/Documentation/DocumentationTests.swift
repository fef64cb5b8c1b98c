import Foundation
import MLS
import MLSCodec
import MLSCrypto
import TestSupport
import Testing

/// What the library's documentation shows is what is compiled and run here.
@Suite struct DocumentationTests {
    private static let now: UInt64 = 1_800_000_000

    @Test(arguments: [
        ("YourFirstGroup", "Sources/MLS/MLS.docc/YourFirstGroup.md"),
        ("StoringState", "Sources/MLS/MLS.docc/StoringState.md"),
        ("Retention", "Sources/MLS/MLS.docc/Retention.md"),
    ])
    func articlesShowWhatRuns(_ example: String, _ article: String) throws {
        let code = try String(
            contentsOf: packageRoot.appending(path: "Tests/MLSTests/Documentation/\(example).swift"), encoding: .utf8)
        let text = try String(contentsOf: packageRoot.appending(path: article), encoding: .utf8)
        #expect(text.contains("```swift\n\(code)```\n"))
        #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count <= 61)
    }

    @Test func theFirstGroupWorks() throws {
        #expect(try yourFirstGroup(now: Self.now) == "Hello Bob")
    }

    @Test func storedGroupsGoOn() throws {
        let client = try Client("alice", .mls128DHKEMX25519AES128GCMSHA256Ed25519)
        var stored = StoredGroup(
            try Group.create(
                groupID: [1], provider: client.provider, credential: client.credential, signer: client.signer,
                capabilities: client.capabilities, lifetime: Lifetime(from: Self.now, duration: 86_400),
                settings: .rederivable))
        var messages: [MLSMessage] = []
        for text in ["a", "b"] {
            messages.append(
                try stored.group().encrypt(
                    Array(text.utf8), generation: stored.takeGeneration(), signer: client.signer.privateKey))
        }
        #expect(messages[0] != messages[1])
        #expect(stored.nextGenerations.application == 2)
        try stored.merge(
            try stored.group().stageCommit(
                CommitRequest(framing: .publicMessage), policy: LifetimePolicy(now: Self.now),
                signer: client.signer.privateKey))
        #expect(try stored.group().epoch == 1)
        #expect(stored.nextGenerations.application == 0)
        for _ in 0..<2 { #expect(try messages.map { try stored.read($0).data } == [Array("a".utf8), Array("b".utf8)]) }
    }

    /// Alice's group and Bob's, each with its own settings, in one epoch.
    private func pair(
        _ alicesSettings: GroupSettings, _ bobsSettings: GroupSettings
    ) throws -> (alice: (group: Group, signer: SignatureKeyPair), bob: (group: Group, signer: SignatureKeyPair)) {
        let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519
        let (alice, bob) = (try Client("alice", suite), try Client("bob", suite))
        let month = Lifetime(from: Self.now, duration: 30 * 86_400)
        let own = try KeyPackage.generate(
            provider: bob.provider, credential: bob.credential, signer: bob.signer, capabilities: bob.capabilities,
            lifetime: month)
        var group = try Group.create(
            groupID: [1], provider: alice.provider, credential: alice.credential, signer: alice.signer,
            capabilities: alice.capabilities, lifetime: month, settings: alicesSettings)
        let staged = try group.stageCommit(
            CommitRequest(adding: [own.keyPackage], framing: .publicMessage), policy: LifetimePolicy(now: Self.now),
            signer: alice.signer.privateKey)
        try group.merge(staged)
        guard case .welcome(let welcome) = staged.welcome else { throw MLSError(.malformed, "no Welcome") }
        let joined = try Group.join(
            welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, settings: bobsSettings,
            provider: bob.provider)
        return ((group, alice.signer), (joined, bob.signer))
    }

    @Test func strictMembersForget() throws {
        let (alice, bob) = try pair(GroupSettings(), GroupSettings())
        var sender = ForgetfulMember(group: alice.group, signer: alice.signer)
        var receiver = ForgetfulMember(group: bob.group, signer: bob.signer)
        let message = try sender.send([1])
        #expect(try receiver.receive(message) == [1])
        #expect(throws: MLSError(.usedKey)) { try receiver.receive(message) }
        for state in [sender.stored, receiver.stored] {
            var thief = try Group(decodingState: state, providers: CipherSuiteProviders.provider(for:))
            #expect(throws: MLSError.self) { try thief.read(message) }
            #expect(throws: MLSError(.unsupported)) { try thief.decrypt(message) }
            #expect(throws: MLSError(.missingKey)) {
                try Follower(records: [thief.epochRecord.encoded], roster: Roster().encoded)
            }
        }
        #expect(throws: MLSError(.unsupported)) {
            try receiver.group.encrypt([2], generation: 0, signer: bob.signer.privateKey)
        }
    }

    @Test func rederivableMembersRemember() throws {
        // Each member has its own settings: Bob's group forgets what it reads.
        let (alice, bob) = try pair(.rederivable, GroupSettings())
        var sender = RememberingMember(group: alice.group, signer: alice.signer)
        var forgetful = ForgetfulMember(group: bob.group, signer: bob.signer)
        let messages = [try sender.send([1]), try sender.send([2]), try forgetful.send([3])]
        #expect(sender.nextGeneration == 2)
        var roster = Roster()
        roster.record(alice.group)
        var follower = try Follower(records: [alice.group.epochRecord.encoded], roster: roster.encoded)
        for _ in 0..<2 {
            #expect(try messages.map { try sender.read($0) } == [[1], [2], [3]])
            #expect(try messages.map { try follower.read($0) } == [[1], [2], [3]])
        }
        #expect(try messages.prefix(2).map { try forgetful.receive($0) } == [[1], [2]])
        #expect(throws: MLSError(.usedKey)) { try forgetful.receive(messages[0]) }
        #expect(throws: MLSError(.wrongEpoch)) {
            var nothing = try Follower(records: [], roster: roster.encoded)
            return try nothing.read(messages[0])
        }
        var group = alice.group
        #expect(throws: MLSError(.unsupported)) { try group.encrypt([4], signer: alice.signer.privateKey) }
        #expect(throws: MLSError(.unsupported)) { try group.reserveFraming() }
    }
}
