import CloudMLSClient
import Testing

/// Two devices of one user share one leaf, and with it one ratchet: no key may serve two messages.
struct TwoDevicesTests {
    private static let messagesOfEach = 100

    @Test func sendingAtTheSameTimeUsesEachKeyOnce() async throws {
        let world = try await World.make()
        // One reserves a key for each message, the other a block, as a one-shot command and a live session do.
        let first = try await LibraryUser.signUp("alice", in: world, policy: MessagingPolicy(generationBlock: 1))
        let bob = try await LibraryUser.signUp("bob", in: world, keyStore: 1)
        let second = try await LibraryUser.signIn("alice", in: world, policy: MessagingPolicy(generationBlock: 32))
        let group = try await first.messenger.createGroup(
            chat: "chat", account: first.account, members: [bob.account])
        try await bob.messenger.sync()
        try await second.messenger.sync()

        let sent = try await withThrowingTaskGroup { tasks in
            for (name, device) in [("first", first), ("second", second)] {
                tasks.addTask {
                    var sent: [String: String] = [:]
                    for number in 0..<Self.messagesOfEach {
                        let text = "\(name) \(number)"
                        sent[try await device.messenger.encrypt(text, for: group)] = text
                    }
                    return sent
                }
            }
            // Meanwhile the group enters other epochs.
            tasks.addTask {
                for _ in 0..<3 { try await bob.messenger.refresh(group) }
                return [:]
            }
            return try await tasks.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
        }
        #expect(sent.count == 2 * Self.messagesOfEach)
        #expect(Set(sent.values).count == 2 * Self.messagesOfEach)

        // What the sender data of each message says, opened here.
        var records: [UInt64: [UInt8]] = [:]
        var addresses: Set<MessageAddress> = []
        for text in sent.keys {
            let epoch = try MessageAddress.epoch(of: text)
            if records[epoch] == nil {
                let path = StorePath.epoch(epoch, of: group)
                let record = try await first.context.sealed.value(path).body
                let found: [UInt8] = try #require(record)
                records[epoch] = found
            }
            addresses.insert(try MessageAddress(text, epochRecord: records[epoch] ?? []))
        }
        #expect(addresses.count == sent.count)
        #expect(Set(addresses.map(\.leaf)).count == 1)

        for reader in [first, second, bob] {
            try await reader.messenger.sync()
            for (sealed, text) in sent {
                guard case .sealed(let message) = try await reader.messenger.decrypt(sealed) else {
                    Issue.record("\(text) cannot be read")
                    continue
                }
                #expect(message.text == text)
                #expect(message.sender == first.account)
            }
        }
        try await world.stop()
    }
}
