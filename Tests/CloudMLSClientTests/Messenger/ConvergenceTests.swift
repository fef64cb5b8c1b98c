import CloudMLSAPI
import CloudMLSClient
import Testing

/// Two groups that were made for one chat at once.
@Suite struct ConvergenceTests {
    private func candidate(_ id: UInt8, _ stamp: UInt64?, _ members: [String] = ["a", "b"]) -> ChatConvergence.Candidate
    {
        ChatConvergence.Candidate(
            id: GroupID([id]), stamp: stamp,
            members: Set(members.compactMap { AccountAddress(platform: "folder", id: $0) }))
    }

    @Test func theServersStampDecidesThenTheID() {
        #expect(ChatConvergence.losers([candidate(1, 20), candidate(2, 10)]) == [GroupID([1])])
        #expect(ChatConvergence.losers([candidate(2, 10), candidate(1, 10)]) == [GroupID([2])])
        #expect(ChatConvergence.losers([candidate(1, 0), candidate(2, 600)]) == [GroupID([2])])
    }

    @Test func aPersonDecidesWhereItIsNotOneMomentOrNotOneCircle() {
        #expect(ChatConvergence.losers([candidate(1, 0), candidate(2, 601)]) == nil)
        #expect(ChatConvergence.losers([candidate(1, 0), candidate(2, nil)]) == nil)
        #expect(ChatConvergence.losers([candidate(1, 0), candidate(2, 0, ["a"])]) == nil)
    }

    @Test func bothSidesKeepTheSameGroupAndReadTheOther() async throws {
        let world = AuthDeliveryWorld()
        let (alice, bob) = (try TestUser("alice", world), try TestUser("bob", world))
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        let one = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        let two = try await second.createGroup(chat: "lunch", account: bob.account, members: [alice.account])
        let sealed = try [await first.encrypt("hello", for: one), await second.encrypt("hello", for: two)]

        let reports = try [await first.sync(), await second.sync()]
        #expect(reports[0].replaced.count == 1)
        #expect(reports[0].replaced == reports[1].replaced)
        let loser = try #require(reports[0].replaced.first)
        let winner = loser == one ? two : one
        for (device, account) in [(first, alice.account), (second, bob.account)] {
            #expect(try await device.group(chat: "lunch", account: account)?.id == winner)
            await #expect(throws: ClientError(.groupReadOnly, "")) { try await device.encrypt("no", for: loser) }
            #expect(try await device.readText(sealed[0]) == "alice: hello")
            #expect(try await device.readText(sealed[1]) == "bob: hello")
            #expect(try await device.sync().replaced.isEmpty)
        }
        let later = try await second.encrypt("later", for: winner)
        #expect(try await first.readText(later) == "bob: later")
    }
}
