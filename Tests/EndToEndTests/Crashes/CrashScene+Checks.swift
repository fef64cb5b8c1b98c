import CloudMLSAPI
import CloudMLSClient
import Foundation
import GRDB
import KeyHierarchy
import MLS
import Testing

/// What must hold after an end and the next command.
extension CrashScene {
    /// The group works: two of its members write, everybody reads, and all of the below holds.
    ///
    /// - Parameters:
    ///   - members: who must be in it; the first two write.
    ///   - former: who was in it, and must not read any more.
    ///   - parked: how much everybody may have put aside as unusable.
    func expectWorks(members: [Person], former: [Person] = [], parked: Int = 0) async throws {
        for (number, writer) in members.prefix(2).enumerated() {
            let text = "after, from \(number)"
            let outcome = try await writer.device.run("send", chat, input: text)
            expect(outcome.status == 0, "\(writer.name) cannot send: \(outcome)")
            texts.sent(text, to: members)
        }
        for reader in members + former { try await read(reader) }
        try await expectAgreement(members, parked: parked)
        for reader in members + former {
            let differences = texts.differences(of: reader)
            expect(differences.isEmpty, "\(reader.name): \(differences)")
        }
        try await expectKeysUsedOnce(asSeenBy: members)
        try await expectPrivateParts()
    }

    /// Both servers and all members agree on the group's epoch and members, and nothing is left undone.
    func expectAgreement(_ members: [Person], parked: Int = 0) async throws {
        let id = try requireGroup()
        var authenticators: Set<[UInt8]> = []
        for member in members {
            let snapshot = try await snapshot(member)
            let state = try #require(snapshot.group, "\(title): \(member.name) has no group")
            authenticators.insert(state.epochAuthenticator.bytes)
            expect(snapshot.head?.intent == nil, "an intent of \(member.name) is left")
            expect(snapshot.head?.status == .active, "\(member.name) is \(String(describing: snapshot.head?.status))")
            let accounts = state.members.compactMap(\.account)
            expect(Set(accounts) == Set(members.map(\.account)), "\(member.name) sees the members \(accounts)")
            let record = try await member.library.run { try await $0.authDelivery.group(id.bytes) }
            expect(
                record.epoch == state.epoch, "the server is in epoch \(record.epoch), \(member.name) in \(state.epoch)")
            expect(Set(record.members) == Set(accounts), "the server sees the members \(record.members)")
            let (listed, registered) = try await member.library.run { context in
                (
                    try await Messenger(context: context).accounts().map(\.account),
                    try await context.authDelivery.accounts().map(\.account)
                )
            }
            expect(Set(listed) == Set(registered), "\(member.name) has \(listed), the server knows \(registered)")
            let count = snapshot.parked.entries.count { $0.group == id }
            expect(count == parked, "\(member.name) has put aside \(count)")
        }
        expect(authenticators.count == 1, "the members have \(authenticators.count) epoch authenticators")
    }

    /// No key of a ratchet served two messages, of all that the messenger and the auth-delivery server were given.
    func expectKeysUsedOnce(asSeenBy members: [Person]) async throws {
        let id = try requireGroup()
        var messages: [PrivateMessage] = []
        for content in try contents(below: world.sharedFolder).values {
            let text = String(decoding: content, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            if let message = try? MessageAddress.message(text) { messages.append(message) }
        }
        let log: [Data] = try await lane.values(
            """
            SELECT message FROM log_entries JOIN mls_groups ON mls_groups.id = log_entries.group_row
            WHERE mls_groups.group_id = ?
            """, [Data(id.bytes)])
        messages += try log.map { try MessageAddress.message(Array($0)) }
        var records: [UInt64: [UInt8]] = [:]
        var addresses: [MessageAddress: Int] = [:]
        let own = messages.filter { $0.groupID == id.bytes }
        // Nothing but the first commit is sent in epoch 0, and nobody keeps its secrets.
        expect(own.count { $0.epoch == 0 } == 1, "epoch 0 has another number of messages than one")
        for message in own where message.epoch > 0 {
            if records[message.epoch] == nil {
                records[message.epoch] = try await epochRecord(message.epoch, of: members)
            }
            let record = try #require(records[message.epoch], "\(title): epoch \(message.epoch) is not on record")
            addresses[try MessageAddress(message, epochRecord: record), default: 0] += 1
        }
        expect(!addresses.isEmpty, "no message was looked at")
        let twice = addresses.filter { $0.value > 1 }.keys
        expect(twice.isEmpty, "these keys were used twice: \(twice)")
    }

    private func epochRecord(_ epoch: UInt64, of members: [Person]) async throws -> [UInt8]? {
        let path = StorePath.epoch(epoch, of: try requireGroup())
        for member in members {
            if let body = try await member.library.run({ try await $0.sealed.value(path).body }) { return body }
        }
        return nil
    }

    /// Whatever can be invited, or was and has not joined, can open its Welcome.
    func expectPrivateParts() async throws {
        for person in [alice, bob, carol] {
            let published: [Data] = try await lane.values(
                """
                SELECT ref FROM key_packages JOIN accounts ON accounts.id = key_packages.account_id
                WHERE accounts.address = ? AND state IN ('available', 'claimed')
                """, [person.account.description])
            let pool = try await person.library.run { context in
                try await context.sealed.value(StorePath.keyPackages(person.account)).decoded(KeyPackagePool.self)
            }
            let held = Set((pool?.entries ?? []).filter { !$0.secrets.isEmpty }.map(\.ref))
            expect(!published.isEmpty, "\(person.name) has published no KeyPackage")
            let lost = published.filter { !held.contains(Array($0)) }
            expect(lost.isEmpty, "\(lost.count) of \(person.name)'s KeyPackages have no private part")
        }
    }
}
