import CloudMLSClient

/// Alice and Bob at one auth-delivery server.
struct TestPair {
    let world = AuthDeliveryWorld()
    let alice: TestUser
    let bob: TestUser

    init() throws {
        alice = try TestUser("alice", world)
        bob = try TestUser("bob", world)
    }

    /// A device of each, in a group that Alice made.
    func inAGroup() async throws -> (Messenger, Messenger, GroupID) {
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await second.sync()
        return (first, second, group)
    }
}
