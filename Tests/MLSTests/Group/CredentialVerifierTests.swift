import MLS
import MLSCodec
import MLSCrypto
import Synchronization
import Testing

/// The places at which RFC 9420 §5.3.1 wants a credential checked.
@Suite struct CredentialVerifierTests {
    private static let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519

    /// Notes what it is asked, and refuses what it is told to.
    private final class Verifier: CredentialVerifier {
        struct Question: Hashable, Sendable {
            var credential: Credential
            var signatureKey: SignaturePublicKey
            var use: CredentialUse
        }

        struct Refusal: Error {}

        private let state = Mutex<(asked: [Question], refused: Credential?)>(([], nil))

        func verify(_ credential: Credential, signatureKey: SignaturePublicKey, for use: CredentialUse) throws {
            let question = Question(credential: credential, signatureKey: signatureKey, use: use)
            let isRefused = state.withLock { state in
                state.asked.append(question)
                return state.refused == credential
            }
            if isRefused { throw Refusal() }
        }

        func refuse(_ credential: Credential?) { state.withLock { $0.refused = credential } }

        /// What was asked since the last time.
        func asked() -> [Question] {
            state.withLock { state in
                defer { state.asked = [] }
                return state.asked
            }
        }
    }

    private let verifier = Verifier()

    private static let chain = Credential.x509(certificates: [[0x30, 3, 2, 1, 5], [0x30, 0]])

    /// Of whom only the last has a verifier.
    private func group(_ names: [String], extensions: [Extension] = []) throws -> TestGroup {
        var group = try TestGroup(Array(names.dropLast()), extensions: extensions)
        try join(names.last ?? "", &group)
        return group
    }

    private func join(_ name: String, _ group: inout TestGroup) throws {
        var joiner = try TestMember(name, Self.suite)
        joiner.settings = GroupSettings(retention: .rederivable, rules: GroupRules(credentials: verifier))
        let own = try joiner.keyPackage()
        let staged = try group.members[0].commit(adding: [own.keyPackage])
        try group.deliver(staged.message, from: 0)
        try joiner.join(staged, with: own)
        group.members.append(joiner)
    }

    private func question(_ member: TestMember, _ use: CredentialUse) -> Verifier.Question {
        Verifier.Question(credential: member.credential, signatureKey: member.signer.publicKey, use: use)
    }

    /// The message is refused without a change while the verifier refuses the credential, and then accepted.
    private func expect(
        _ message: MLSMessage, refusing credential: Credential, in group: inout TestGroup, at index: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try group.members[index].group
        verifier.refuse(credential)
        #expect(throws: MLSError(.invalidCredential), sourceLocation: sourceLocation) {
            try group.members[index].receive(message)
        }
        #expect(try group.members[index].group == before, sourceLocation: sourceLocation)
        verifier.refuse(nil)
        _ = verifier.asked()
        try group.members[index].receive(message)
    }

    @Test func joinersAskAboutAllMembersAndExternalSenders() throws {
        let sender = try TestMember("x", Self.suite)
        let extensions = [
            Extension.externalSenders([
                ExternalSender(signatureKey: sender.signer.publicKey, credential: Self.chain)
            ])
        ]
        var group = try group(["a", "b", "c"], extensions: extensions)
        let all =
            group.members.map { question($0, .member) } + [
                Verifier.Question(
                    credential: Self.chain, signatureKey: sender.signer.publicKey, use: .externalSender)
            ]
        #expect(Set(verifier.asked()) == Set(all))

        for refused in [group.members[1].credential, Self.chain] {
            verifier.refuse(refused)
            #expect(throws: MLSError(.invalidCredential)) {
                var copy = group
                try join("d", &copy)
            }
            var outsider = try TestMember("e", Self.suite)
            outsider.settings.rules.credentials = verifier
            let info = try group.members[0].publishedGroupInfo()
            #expect(throws: MLSError(.invalidCredential)) { try outsider.stageExternalJoin(info) }
            #expect(throws: MLSError(.invalidCredential)) {
                verifier.refuse(Self.chain)
                try outsider.create(extensions: extensions)
            }
            verifier.refuse(nil)
            _ = verifier.asked()
            _ = try outsider.stageExternalJoin(info)
            #expect(Set(verifier.asked()) == Set(all))
        }
        let commit = try group.members[2].commit()
        try group.deliver(commit.message, from: 2)
    }

    @Test func addsAreAskedAboutWhereTheyArrive() throws {
        var group = try group(["a", "b"])
        let first = try TestMember("c", Self.suite)
        let second = try TestMember("d", Self.suite)
        _ = verifier.asked()
        // Proposed, and committed by reference: once is enough.
        let proposal = try group.members[0].propose {
            try $0.proposeAdd(
                try first.keyPackage().keyPackage, policy: TestMember.policy, framing: $1, signer: $2)
        }
        try expect(proposal, refusing: first.credential, in: &group, at: 1)
        #expect(verifier.asked() == [question(first, .newMember)])
        let byReference = try group.members[0].commit()
        try group.members[1].receive(byReference.message)
        #expect(!verifier.asked().contains(question(first, .newMember)))
        // By value.
        let byValue = try group.members[0].commit(adding: [second.keyPackage().keyPackage])
        try expect(byValue.message, refusing: second.credential, in: &group, at: 1)
        #expect(verifier.asked().contains(question(second, .newMember)))
        // One's own: before it is sent.
        let third = try TestMember("e", Self.suite)
        verifier.refuse(third.credential)
        let keyPackage = try third.keyPackage().keyPackage
        #expect(throws: MLSError(.invalidCredential)) { try group.members[1].stage(adding: [keyPackage]) }
        #expect(throws: MLSError(.invalidCredential)) {
            try group.members[1].propose {
                try $0.proposeAdd(keyPackage, policy: TestMember.policy, framing: $1, signer: $2)
            }
        }
        // Of a client that proposes itself.
        let state = try group.members[1].group
        let fromOutside = try MLSMessage.newMemberProposal(
            keyPackage, groupID: state.groupID, epoch: state.epoch, signer: third.signer.privateKey,
            provider: state.provider)
        #expect(throws: MLSError(.invalidCredential)) { try group.members[1].receive(fromOutside) }
    }

    @Test func newLeavesOfMembersAreSuccessors() throws {
        var group = try group(["a", "b"])
        let old = group.members[0].credential
        let new = Credential.basic(identity: Array("test:a2".utf8))
        let key = group.members[0].signer.publicKey
        _ = verifier.asked()
        let update = try group.members[0].propose {
            try $0.proposeUpdate(LeafUpdate(credential: new), framing: $1, signer: $2)
        }
        try expect(update, refusing: new, in: &group, at: 1)
        #expect(
            verifier.asked()
                == [Verifier.Question(credential: new, signatureKey: key, use: .successor(of: old))])
        let commit = try group.members[1].commit()
        try group.deliver(commit.message, from: 1)

        let newest = Credential.basic(identity: Array("test:a3".utf8))
        let path = try group.members[0].commit { $0.leafUpdate = LeafUpdate(credential: newest) }
        try expect(path.message, refusing: newest, in: &group, at: 1)
        #expect(
            verifier.asked()
                == [Verifier.Question(credential: newest, signatureKey: key, use: .successor(of: new))])
        #expect(try group.members[1].group.member(at: LeafIndex(0))?.credential == newest)
    }

    /// RFC 9420 §5.3.1 wants new credentials validated: who has none is known.
    @Test func whatDoesNotChangeIsNotAskedAbout() throws {
        let sender = try TestMember("x", Self.suite)
        let extensions = [
            Extension.externalSenders([
                ExternalSender(signatureKey: sender.signer.publicKey, credential: sender.credential)
            ])
        ]
        var group = try group(["a", "b"], extensions: extensions)
        _ = verifier.asked()
        try group.propose(0) { try $0.proposeUpdate(framing: $1, signer: $2) }
        try group.propose(0) { try $0.proposeExtensions(extensions + [.applicationID([1])], framing: $1, signer: $2) }
        let commit = try group.members[0].commit()
        try group.deliver(commit.message, from: 0)
        #expect(verifier.asked().isEmpty)
        // The same credential with another key is another claim.
        let signer = try group.members[0].provider.generateSignatureKeyPair()
        let changed = try group.members[0].commit { $0.leafUpdate = LeafUpdate(signer: signer) }
        try group.deliver(changed.message, from: 0)
        let credential = group.members[0].credential
        #expect(
            verifier.asked() == [
                Verifier.Question(
                    credential: credential, signatureKey: signer.publicKey, use: .successor(of: credential))
            ])
    }

    @Test func whoJoinsByItselfIsNewOrASuccessor() throws {
        var group = try group(["a", "b"])
        var joiner = try TestMember("c", Self.suite)
        let staged = try joiner.joinExternally(try group.members[0].publishedGroupInfo())
        try group.members[0].receive(staged.message)
        try expect(staged.message, refusing: joiner.credential, in: &group, at: 1)
        #expect(verifier.asked() == [question(joiner, .newMember)])

        var back = try TestMember("c2", Self.suite)
        let again = try back.joinExternally(
            try group.members[0].publishedGroupInfo(), replacing: LeafIndex(2))
        try expect(again.message, refusing: back.credential, in: &group, at: 1)
        #expect(verifier.asked() == [question(back, .successor(of: joiner.credential))])
    }

    @Test func newExternalSendersAreAskedAbout() throws {
        var group = try group(["a", "b"])
        let sender = try TestMember("x", Self.suite)
        let extensions = [
            Extension.externalSenders([
                ExternalSender(signatureKey: sender.signer.publicKey, credential: sender.credential)
            ])
        ]
        let proposal = try group.members[0].propose {
            try $0.proposeExtensions(extensions, framing: $1, signer: $2)
        }
        _ = verifier.asked()
        try expect(proposal, refusing: sender.credential, in: &group, at: 1)
        #expect(verifier.asked() == [question(sender, .externalSender)])
        let commit = try group.members[1].commit { $0.includesPendingProposals = false }
        try group.deliver(commit.message, from: 1)
        let byValue = try group.members[0].commit { $0.extensions = extensions }
        try expect(byValue.message, refusing: sender.credential, in: &group, at: 1)
        #expect(verifier.asked().contains(question(sender, .externalSender)))
    }

    /// Chains of certificates travel and are stored as they are, whatever is in them.
    @Test func certificatesAreCarriedAsTheyAre() throws {
        var members = try ["a", "b"].map { try TestMember($0, Self.suite) }
        for index in members.indices {
            members[index].capabilities.credentials = [.basic, .x509]
            members[index].settings = GroupSettings(rules: GroupRules(credentials: verifier))
        }
        members[0].state = try Group.create(
            groupID: [1], provider: members[0].provider, credential: Self.chain, signer: members[0].signer,
            capabilities: members[0].capabilities, lifetime: TestMember.lifetime, settings: members[0].settings)
        let own = try members[1].keyPackage()
        let staged = try members[0].commit(adding: [own.keyPackage])
        _ = verifier.asked()
        try members[1].join(staged, with: own)
        #expect(
            verifier.asked().contains(
                Verifier.Question(
                    credential: Self.chain, signatureKey: members[0].signer.publicKey, use: .member)))
        let loaded = try Group(
            decodingState: members[1].group.encodedState, rules: GroupRules(credentials: verifier),
            providers: CipherSuiteProviders.provider(for:))
        #expect(loaded.member(at: LeafIndex(0))?.credential == Self.chain)
        // A group that was loaded asks too.
        members[1].state = loaded
        let other = Credential.x509(certificates: [[0x30, 0]])
        verifier.refuse(other)
        let commit = try members[0].commit { $0.leafUpdate = LeafUpdate(credential: other) }
        #expect(throws: MLSError(.invalidCredential)) { try members[1].receive(commit.message) }
    }
}
