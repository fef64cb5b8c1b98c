import CloudMLSAPI
import Testing

@Suite struct ProposalTests {
    @Test func proposalReachesEveryMemberOnce() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let group = try await alice.createGroup()
            _ = try await alice.add([bob], to: group, epoch: 0)
            let proposal = bob.proposal(group, epoch: 1)
            let first = try await bob.post(proposal, to: group)
            #expect(try await bob.post(proposal, to: group) == first)
            #expect(first.epoch == 1)
            #expect(try await alice.inbox().entries.compactMap(\.log?.kind) == [.commit, .proposal])
            #expect(try await bob.inbox().entries.compactMap(\.log?.message) == [proposal.proposal])
            _ = try await alice.post(alice.commit(group, epoch: 1), to: group)
            // The epoch is over, but this very proposal was accepted in it.
            #expect(try await bob.post(proposal, to: group) == first)
            let late = try await refusal { try await bob.post(bob.proposal(group, epoch: 1), to: group) }
            #expect(late?.code == .epochConflict)
            #expect(late?.detail.currentEpoch == 2)
        }
    }

    @Test func epochTakesALimitedNumber() async throws {
        try await TestServer.run(.proposalsPerEpoch(2)) { server in
            let alice = try await server.member("alice")
            let group = try await alice.createGroup()
            for _ in 0..<2 { _ = try await alice.post(alice.proposal(group, epoch: 0), to: group) }
            let third = alice.proposal(group, epoch: 0)
            #expect(try await refusal { try await alice.post(third, to: group) }?.code == .quotaExceeded)
            _ = try await alice.post(alice.commit(group, epoch: 0), to: group)
            #expect(try await alice.post(alice.proposal(group, epoch: 1), to: group).sequence == 4)
        }
    }

    @Test func commitIsNoProposal() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let group = try await alice.createGroup()
            let post = ProposalPost(
                account: alice.address, epoch: 0, proposal: alice.commit(group, epoch: 0).commit)
            #expect(try await refusal { try await alice.post(post, to: group) }?.code == .invalidHandshake)
        }
    }
}
