import MLS
import MLSCrypto
import Synchronization
import Testing

/// Work for many members at once gives the same, in one thread or several.
@Suite struct ParallelTests {
    private let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519

    @Test(arguments: [false, true])
    func everyIndexOnce(_ isParallel: Bool) throws {
        let provider = try SwiftCryptoProvider(suite, isParallel: isParallel)
        let counts = Mutex([Int](repeating: 0, count: 100))
        provider.concurrently(100) { index in counts.withLock { $0[index] += 1 } }
        #expect(counts.withLock { $0 } == [Int](repeating: 1, count: 100))
        provider.concurrently(0) { _ in Issue.record("nothing to do") }
    }

    @Test func aGroupOfManyIsMadeAndJoined() throws {
        let parallel = try CipherSuiteProviders.parallelProvider(for: suite)
        var creator = try TestMember("creator", suite)
        creator.state = try Group.create(
            groupID: [1], provider: parallel, credential: creator.credential, signer: creator.signer,
            capabilities: creator.capabilities, lifetime: TestMember.lifetime, settings: .rederivable)
        let joining = try (0..<20).map { index in
            let member = try TestMember("\(index)", suite)
            return (member, try member.keyPackage())
        }
        let staged = try creator.commit(adding: joining.map(\.1.keyPackage))
        var members = [creator]
        for (member, own) in joining {
            guard case .welcome(let welcome)? = staged.welcome else { continue }
            var member = member
            member.state = try Group.join(
                welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, settings: .rederivable,
                provider: parallel)
            members.append(member)
        }
        // The path of the next commit is encrypted to each of them.
        let next = try members[20].commit()
        for index in 0..<20 { try members[index].receive(next.message) }
        let authenticators = try members.map { try $0.group.epochAuthenticator }
        #expect(Set(authenticators).count == 1)

        var forged = joining.map(\.1.keyPackage)
        forged[10].signature = []
        let empty = try Group.create(
            groupID: [1], provider: parallel, credential: creator.credential, signer: creator.signer,
            capabilities: creator.capabilities, lifetime: TestMember.lifetime)
        #expect(throws: MLSError(.authenticationFailed)) {
            try empty.stageCommit(
                CommitRequest(adding: forged, framing: .publicMessage), policy: TestMember.policy,
                signer: creator.signer.privateKey)
        }
    }
}
