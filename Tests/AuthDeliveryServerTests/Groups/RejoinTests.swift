import CloudMLSAPI
import NIOHTTP1
import Testing

/// Members that cannot follow a group any more.
@Suite struct RejoinTests {
    private func ask(_ member: TestMember, for account: AccountAddress? = nil, in group: TestGroup) async throws {
        try await member.user.send(
            .POST, group.path + "/rejoin", RejoinRequest(account: account ?? member.address)
        ).check()
    }

    private func rejoining(_ member: TestMember) async throws -> [[AccountAddress]?] {
        let list: GroupList = try await member.user.get("/v1/groups")
        return list.groups.map(\.rejoining)
    }

    @Test func aRequestIsShownUntilTheMemberWasAddedAgain() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 2)
            let group = try await alice.createGroup()
            _ = try await alice.add([bob], to: group, epoch: 0)
            #expect(try await rejoining(alice) == [nil])
            for _ in 0..<2 { try await ask(bob, in: group) }
            #expect(try await rejoining(alice) == [[bob.address]])
            #expect(try await rejoining(bob) == [[bob.address]])
            _ = try await alice.post(alice.commit(group, epoch: 1), to: group)
            #expect(try await rejoining(alice) == [[bob.address]])

            let claimed = try await alice.claim([bob.address])
            let commit = alice.commit(
                group, epoch: 2, adding: try alice.announce(claimed.keyPackages), removing: [bob.address])
            _ = try await alice.post(commit, to: group)
            #expect(try await rejoining(alice) == [nil])
            #expect(try await rejoining(bob) == [nil])
            let inbox: InboxPage = try await bob.user.get("/v1/inbox")
            #expect(inbox.entries.last?.welcome?.account == bob.address)
        }
    }

    @Test func onlyAMemberAsksAndOnlyForItself() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let carol = try await server.member("carol")
            let group = try await alice.createGroup()
            #expect(try await refusal { try await ask(carol, in: group) }?.code == .notFound)
            _ = try await alice.add([bob], to: group, epoch: 0)
            #expect(try await refusal { try await ask(alice, for: bob.address, in: group) }?.code == .notYourAccount)
            _ = try await alice.post(alice.commit(group, epoch: 1, removing: [bob.address]), to: group)
            #expect(try await refusal { try await ask(bob, in: group) }?.code == .notFound)
            #expect(try await rejoining(alice) == [nil])
        }
    }
}
