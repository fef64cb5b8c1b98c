import CloudMLSAPI
import CloudMLSClient
import Testing

/// Which group a chat's name stands for, and what can be read while the auth-delivery server is away.
@Suite struct MessengerConversationTests {
    private static func refusal(_ code: ErrorCode) -> ClientError {
        ClientError(refusal: ErrorBody.Detail(code: code, message: "not now", retryAfter: 5))
    }

    @Test func aChatsNameStandsForOneGroupEverywhere() async throws {
        let world = AuthDeliveryWorld()
        let (alice, bob) = (try TestUser("alice", world), try TestUser("bob", world))
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        let carol = try TestUser("carol", world)
        _ = try await carol.readyDevice()
        try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await second.createGroup(chat: "lunch", account: bob.account, members: [alice.account, carol.account])
        for (device, account) in [(first, alice.account), (second, bob.account)] {
            #expect(try await device.sync().undecidedChats == ["lunch"])
            let named = try await device.group(named: "lunch").id
            #expect(try await device.group(chat: "lunch", account: account)?.id == named)
            #expect(try await device.groups().first?.id == named)
        }
    }

    @Test(arguments: [FaultPlan.failure, refusal(.unavailable), refusal(.rateLimited), refusal(.internalError)])
    func whatIsInTheKeyStoreIsReadWithoutTheOtherServer(error: ClientError) async throws {
        let world = AuthDeliveryWorld()
        let (alice, bob) = (try TestUser("alice", world), try TestUser("bob", world))
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        let sealed = try await first.encrypt("at noon", for: group)
        try await second.sync()
        try await first.removeMembers([bob.account], from: group)
        try await second.sync()

        let faults = FaultPlan()
        await faults.breakAfter(0, .beforeCall, with: error)
        let offline = Messenger(services: bob.services(FaultPlan(), authDelivery: faults))
        #expect(try await offline.syncToRead() == .failure(error))
        // Bob is no member any more: the group is looked for at the server first.
        #expect(try await offline.group(named: "lunch").id == group)
        #expect(try await offline.readText(sealed) == "alice: at noon")
        await #expect(throws: error) { try await offline.group(named: "dinner") }

        let sender = Messenger(services: alice.services(FaultPlan(), authDelivery: faults))
        await #expect(throws: error) { try await sender.encrypt("no", for: group) }
        await #expect(throws: error) { try await sender.sync() }
    }

    @Test func otherProblemsAreNotHidden() async throws {
        let alice = try TestUser("alice", AuthDeliveryWorld())
        let faults = FaultPlan()
        await faults.breakAfter(0, .beforeCall, with: ClientError(.signedOut, ""))
        let device = Messenger(services: alice.services(FaultPlan(), authDelivery: faults))
        await #expect(throws: ClientError(.signedOut, "")) { try await device.syncToRead() }
    }
}
