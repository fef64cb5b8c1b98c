import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import MLS
import MLSCodec
import Testing

// Sending, and what the inbox brings.
extension CrashScenario {
    static let messages: [CrashScenario] = [send, sendAfterAProposal, join, applyCommit, applyRemoval, park]

    // MARK: Sending

    private static let send = CrashScenario(
        name: "send",
        prepare: { scene in try await scene.makeGroup(by: scene.alice, with: [scene.bob]) },
        command: { Command($0.alice, ["send", $0.chat], input: "first try") },
        again: sendAgain,
        sends: ("first try", { [$0.alice, $0.bob] }),
        check: { scene in try await scene.expectWorks(members: [scene.alice, scene.bob]) })

    /// The sender commits Bob's update first.
    private static let sendAfterAProposal = CrashScenario(
        name: "send, after a proposal",
        prepare: { scene in
            try await scene.makeGroup(by: scene.alice, with: [scene.bob])
            scene.leafKey = try await scene.leafKey(of: scene.bob)
            let group = try scene.requireGroup()
            try await scene.bob.library.run { try await Messenger(context: $0).proposeRefresh(group) }
        },
        command: { Command($0.alice, ["send", $0.chat], input: "first try") },
        again: sendAgain,
        sends: ("first try", { [$0.alice, $0.bob] }),
        check: { scene in try await expectUpdated(scene) })

    private static func sendAgain(_ scene: CrashScene) async throws {
        let outcome = try await scene.alice.device.run("send", scene.chat, input: "second try")
        scene.expect(outcome.status == 0, "again: \(outcome)")
        scene.texts.sent("second try", to: [scene.alice, scene.bob])
    }

    // MARK: What the inbox brings

    private static let join = CrashScenario(
        name: "read, after an invitation",
        prepare: { scene in
            try await scene.makeGroup(by: scene.alice, with: [scene.bob])
            try await change(scene) { try await $0.addMembers([$2.carol.account], to: $1) }
            try await scene.say("welcome", from: scene.alice, to: [scene.alice, scene.bob, scene.carol])
        },
        command: { Command($0.carol, ["read", $0.chat, "--json"]) },
        shows: true,
        check: { scene in try await scene.expectWorks(members: [scene.alice, scene.bob, scene.carol]) })

    private static let applyCommit = CrashScenario(
        name: "read, after a commit",
        prepare: { scene in
            try await scene.makeGroup(by: scene.alice, with: [scene.bob])
            try await change(scene) { try await $0.addMembers([$2.carol.account], to: $1) }
            try await scene.say("with Carol", from: scene.alice, to: [scene.alice, scene.bob, scene.carol])
        },
        command: { Command($0.bob, ["read", $0.chat, "--json"]) },
        shows: true,
        check: { scene in try await scene.expectWorks(members: [scene.alice, scene.bob, scene.carol]) })

    private static let applyRemoval = CrashScenario(
        name: "read, after the own removal",
        prepare: { scene in
            try await scene.makeGroup(by: scene.alice, with: [scene.bob, scene.carol])
            try await change(scene) { try await $0.removeMembers([$2.bob.account], from: $1) }
        },
        command: { Command($0.bob, ["read", $0.chat, "--json"]) },
        shows: true,
        check: { scene in try await scene.expectWorks(members: [scene.alice, scene.carol], former: [scene.bob]) })

    /// A proposal that nobody can open.
    private static let park = CrashScenario(
        name: "group list, with something unusable in the inbox",
        prepare: { scene in
            try await scene.makeGroup(by: scene.alice, with: [scene.bob])
            try await postGarbage(scene)
        },
        command: { Command($0.alice, ["group", "list"]) },
        check: { scene in try await scene.expectWorks(members: [scene.alice, scene.bob], parked: 1) })

    private static func change(
        _ scene: CrashScene, _ work: @Sendable (Messenger, GroupID, CrashScene) async throws -> Void
    ) async throws {
        let group = try scene.requireGroup()
        try await scene.alice.library.run { try await work(Messenger(context: $0), group, scene) }
    }

    private static func postGarbage(_ scene: CrashScene) async throws {
        let id = try scene.requireGroup()
        let account = scene.bob.account
        try await scene.bob.library.run { context in
            let snapshot = try await GroupSnapshot.load(id, from: context.sealed)
            var group = try #require(snapshot.group)
            let value = try await context.sealed.value(StorePath.account(account))
            let secrets = try #require(try value.decoded(AccountSecrets.self))
            let signer = try #require(secrets.pair(for: group.cipherSuite))
            var message = try group.proposeUpdate(
                framing: .privateMessage(generation: 40_000), signer: signer.privateKey
            ).encoded
            message[message.count - 1] ^= 1
            _ = try await context.authDelivery.postProposal(
                group: id.bytes,
                ProposalPost(account: account, epoch: group.epoch, proposal: Bytes(message)),
                idempotencyKey: ClientEnvironment.system.random(32))
        }
    }
}
