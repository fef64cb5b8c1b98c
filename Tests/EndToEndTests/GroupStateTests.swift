import CloudMLSAPI
import CloudMLSClient
import Foundation
import GRDB
import Testing

/// Groups over real servers, with the library in place of the command.
@Suite(.serialized)
struct GroupStateTests {
    /// The thesis's passive groups: the platform's list of members decides.
    @Test func groupsFollowThePlatformsList() async throws {
        let world = try await World.make()
        let alice = try await LibraryUser.signUp("alice", in: world)
        let bob = try await LibraryUser.signUp("bob", in: world, keyStore: 1)
        let carol = try await LibraryUser.signUp("carol", in: world, keyStore: 1)

        func check(_ members: [LibraryUser]) async throws -> GroupID {
            try await alice.messenger.checkGroupState(
                chat: "chat", account: alice.account, members: members.map(\.account))
        }
        func canRead(_ reader: LibraryUser, _ text: String) async throws -> Bool {
            try await reader.messenger.sync()
            if case .sealed = try await reader.messenger.decrypt(text) { return true }
            return false
        }

        let group = try await check([alice, bob])
        let first = try await alice.messenger.encrypt("alice and bob", for: group)
        #expect(try await check([alice, bob, carol]) == group)
        let second = try await alice.messenger.encrypt("all", for: group)
        #expect(try await check([alice, carol]) == group)
        let third = try await alice.messenger.encrypt("alice and carol", for: group)

        for (reader, reads) in [
            (alice, [true, true, true]), (bob, [true, true, false]), (carol, [false, true, true]),
        ] {
            for (text, isReadable) in zip([first, second, third], reads) {
                #expect(try await canRead(reader, text) == isReadable)
            }
        }
        try await world.stop()
    }

    /// The thesis's KeyPackage update, which in RFC 9420 is a commit with a path: it reaches every member.
    @Test func renewedKeysReachEveryMember() async throws {
        let world = try await World.make()
        let alice = try await LibraryUser.signUp("alice", in: world)
        let bob = try await LibraryUser.signUp("bob", in: world, keyStore: 1)
        let group = try await alice.messenger.createGroup(
            chat: "chat", account: alice.account, members: [bob.account])
        let before = try await alice.messenger.encrypt("before", for: group)
        try await alice.messenger.refresh(group)
        try await bob.messenger.sync()
        try await bob.messenger.refresh(group)
        let after = try await bob.messenger.encrypt("after", for: group)
        #expect(try MessageAddress.epoch(of: after) == MessageAddress.epoch(of: before) + 2)
        for reader in [alice, bob] {
            try await reader.messenger.sync()
            for (sealed, text) in [(before, "before"), (after, "after")] {
                guard case .sealed(let message) = try await reader.messenger.decrypt(sealed) else {
                    Issue.record("\(text) cannot be read")
                    continue
                }
                #expect(message.text == text)
            }
        }
        try await world.stop()
    }

    @Test func commitsAtTheSameTimeAllTakeEffect() async throws {
        let world = try await World.make()
        let alice = try await LibraryUser.signUp("alice", in: world)
        let bob = try await LibraryUser.signUp("bob", in: world, keyStore: 1)
        let others = [
            try await LibraryUser.signUp("carol", in: world), try await LibraryUser.signUp("dave", in: world),
        ]
        let group = try await alice.messenger.createGroup(
            chat: "chat", account: alice.account, members: [bob.account])
        try await bob.messenger.sync()
        try await withThrowingTaskGroup { tasks in
            for (member, other) in zip([alice, bob], others) {
                tasks.addTask { try await member.messenger.addMembers([other.account], to: group) }
            }
            try await tasks.waitForAll()
        }
        let everybody = [alice, bob] + others
        for member in everybody {
            try await member.messenger.sync()
            #expect(try await Set(member.messenger.members(of: group)) == Set(everybody.map(\.account)))
        }
        try await world.stop()
    }

    @Test func expiredTokensAreRenewedUnseen() async throws {
        let world = try await World.make()
        let alice = try await LibraryUser.signUp("alice", in: world)
        let bob = try await LibraryUser.signUp("bob", in: world, keyStore: 1)
        for server in world.servers {
            for file in try StoredData.databases(in: server.dataFolder) {
                try await DatabaseQueue(path: file.path).write {
                    try $0.execute(sql: "UPDATE sessions SET access_expires = 1")
                }
            }
        }
        let group = try await alice.messenger.createGroup(
            chat: "chat", account: alice.account, members: [bob.account])
        let text = try await alice.messenger.encrypt("text", for: group)
        try await bob.messenger.sync()
        guard case .sealed = try await bob.messenger.decrypt(text) else {
            Issue.record("the message cannot be read")
            return
        }
        try await world.stop()
    }

    /// A server that is killed and comes back has lost nothing of what it answered.
    @Test func serversThatAreKilledLoseNothing() async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        let bob = try await world.signUp("bob", keyStore: 1)
        try await alice.succeeds("group", "create", "chat", "--member", "folder:bob")
        var restarted: [ServerProcess] = []
        for (number, server) in world.servers.enumerated() {
            try await alice.succeeds("send", "chat", input: "message \(number)")
            let before = try StoredData.of(server)
            try await server.kill()
            // Bob needs his own key store for anything, the authentication and delivery server for writing, and never
            // the key store of somebody else.
            let isBobsStore = server === world.keyStores[1]
            #expect(try await bob.run("group", "list").status == (isBobsStore ? 69 : 0))
            let isOthersStore = server === world.keyStores[0]
            #expect(try await bob.run("encrypt", "chat", input: "text").status == (isOthersStore ? 0 : 69))
            let port = try #require(Int(server.origin.split(separator: ":")[2]))
            restarted.append(
                try await ServerProcess.start(server.role, in: server.dataFolder, port: port, logs: world.place))
            let after = try StoredData.of(server)
            #expect(after == before)
            #expect(try await bob.texts("chat") == (0...number).map { "message \($0)" })
        }
        for server in restarted { try await server.stop() }
    }
}
