import CloudMLSAPI
import CloudMLSClient
import Foundation
import GRDB
import KeyHierarchy
import Testing

// Groups and their commits, also those that lose.
extension CrashScenario {
    static let groups: [CrashScenario] = [
        create, addMember, removeMember, addMemberBesideAnotherCommit, addMemberWithAnExpiredKeyPackage,
        addMemberWhileBeingShutOut, leave, proposeUpdate,
    ]

    private static let create = CrashScenario(
        name: "group create",
        command: { scene in
            Command(
                scene.alice,
                [
                    "group", "create", scene.chat, "--member", "\(scene.bob.account)", "--member",
                    "\(scene.carol.account)",
                ])
        },
        again: { scene in
            let outcome = try await scene.alice.device.run(
                "group", "create", scene.chat, "--member", "\(scene.bob.account)", "--member",
                "\(scene.carol.account)")
            // It may be there already.
            scene.expect([0, 73].contains(outcome.status), "again: \(outcome)")
        },
        check: { scene in
            try await scene.findGroup(of: scene.alice)
            try await scene.expectWorks(members: [scene.alice, scene.bob, scene.carol])
        })

    private static let addMember = CrashScenario(
        name: "group add",
        prepare: { scene in try await scene.makeGroup(by: scene.alice, with: [scene.bob]) },
        command: addCarol,
        check: { scene in try await scene.expectWorks(members: [scene.alice, scene.bob, scene.carol]) })

    private static let removeMember = CrashScenario(
        name: "group remove",
        prepare: { scene in try await scene.makeGroup(by: scene.alice, with: [scene.bob, scene.carol]) },
        command: { Command($0.alice, ["group", "remove", $0.chat, "\($0.bob.account)"]) },
        check: { scene in try await scene.expectWorks(members: [scene.alice, scene.carol], former: [scene.bob]) })

    /// Bob's commit takes the epoch that Alice's is for.
    private static let addMemberBesideAnotherCommit = CrashScenario(
        name: "group add, where another commit is first",
        prepare: { scene in try await scene.makeGroup(by: scene.alice, with: [scene.bob]) },
        command: addCarol,
        meanwhile: [
            beforePost: { scene in
                let group = try scene.requireGroup()
                try await scene.bob.library.run { try await Messenger(context: $0).refresh(group) }
            }
        ],
        check: { scene in try await scene.expectWorks(members: [scene.alice, scene.bob, scene.carol]) })

    /// As if Carol's KeyPackage had come to its end on the way.
    private static let addMemberWithAnExpiredKeyPackage = CrashScenario(
        name: "group add, where the commit is refused for good",
        prepare: { scene in try await scene.makeGroup(by: scene.alice, with: [scene.bob]) },
        command: addCarol,
        meanwhile: [
            beforePost: { scene in
                try await scene.lane.change(
                    """
                    UPDATE key_packages SET not_after = 1 WHERE state = 'claimed' AND account_id =
                    (SELECT id FROM accounts WHERE address = ?)
                    """, [scene.carol.account.description])
            }
        ],
        check: { scene in try await scene.expectWorks(members: [scene.alice, scene.bob, scene.carol]) })

    /// The server does not count Alice as a member any more, and its log does not say why.
    private static let addMemberWhileBeingShutOut = CrashScenario(
        name: "group add, where the server knows of no membership",
        prepare: { scene in try await scene.makeGroup(by: scene.alice, with: [scene.bob]) },
        command: addCarol, statuses: [77],
        meanwhile: [
            beforePost: { scene in
                try await scene.lane.change(
                    """
                    UPDATE memberships SET to_sequence =
                        (SELECT sequence FROM mls_groups WHERE mls_groups.id = memberships.group_row)
                    WHERE to_sequence IS NULL AND account_id = (SELECT id FROM accounts WHERE address = ?)
                        AND group_row = (SELECT id FROM mls_groups WHERE group_id = ?)
                    """, [scene.alice.account.description, Data(try scene.requireGroup().bytes)])
            }
        ],
        again: { scene in _ = try await scene.alice.device.run("group", "add", scene.chat, "\(scene.carol.account)") },
        check: { scene in
            let isMember = try await scene.snapshot(scene.alice).head?.status == .active
            if isMember {
                // It was ended before.
                return try await scene.expectWorks(members: [scene.alice, scene.bob, scene.carol])
            }
            let outcome = try await scene.alice.device.run("send", scene.chat, input: "in vain")
            scene.expect(outcome.status == 77, "\(outcome)")
            for reader in [scene.alice, scene.bob] { try await scene.read(reader) }
            for reader in [scene.alice, scene.bob] {
                let differences = scene.texts.differences(of: reader)
                scene.expect(differences.isEmpty, "\(reader.name): \(differences)")
            }
            scene.expect(try await scene.snapshot(scene.alice).head?.intent == nil, "the intent is left")
            try await scene.expectKeysUsedOnce(asSeenBy: [scene.alice])
            try await scene.expectPrivateParts()
        })

    private static let beforePost = "CommitMachine.post:before:1"

    private static func addCarol(_ scene: CrashScene) -> Command {
        Command(scene.alice, ["group", "add", scene.chat, "\(scene.carol.account)"])
    }

    // MARK: Proposals

    private static let leave = CrashScenario(
        name: "group leave",
        prepare: { scene in try await scene.makeGroup(by: scene.alice, with: [scene.bob, scene.carol]) },
        command: { Command($0.bob, ["group", "leave", $0.chat]) },
        check: { scene in try await scene.expectWorks(members: [scene.alice, scene.carol], former: [scene.bob]) })

    private static let proposeUpdate = CrashScenario(
        name: "group refresh --propose",
        prepare: { scene in
            try await scene.makeGroup(by: scene.alice, with: [scene.bob])
            scene.leafKey = try await scene.leafKey(of: scene.bob)
        },
        command: { Command($0.bob, ["group", "refresh", $0.chat, "--propose"]) },
        check: { scene in try await expectUpdated(scene) })

    static func expectUpdated(_ scene: CrashScene) async throws {
        try await scene.expectWorks(members: [scene.alice, scene.bob])
        let key = try await scene.leafKey(of: scene.bob)
        scene.expect(key != nil && key != scene.leafKey, "the proposed keys are not in force")
    }
}
