import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import Testing

// Signing up, accounts with their KeyPackages, and the password.
extension CrashScenario {
    static let accounts: [CrashScenario] = [
        signUp,
        signUp(named: "sign-up after one that ended between the servers") { scene in
            let (_, play) = try await scene.run(
                try signUpCommand(scene), endingAt: "SignUp.registerAtAuthDelivery:after:1")
            scene.expect(play.wasEnded, "the run before it came to its end")
        },
        addAccount, addAccountAgain, addAccountOfAnother, changePassword, firstPassword,
    ]

    // MARK: Signing up

    private static let signUp = signUp(named: "sign-up") { _ in }

    private static func signUp(named name: String, after earlier: @escaping Work) -> CrashScenario {
        CrashScenario(
            name: name,
            prepare: { scene in
                scene.alice = try await scene.lane.stranger()
                scene.code = try await scene.world.setupCode()
                try await earlier(scene)
            },
            command: signUpCommand,
            check: { scene in
                try await scene.alice.device.succeeds(
                    "account", "add", "\(scene.alice.account)", "--folder", scene.world.sharedFolder.path)
                try await expectIsUsable(&scene)
            })
    }

    private static func signUpCommand(_ scene: CrashScene) throws -> Command {
        Command(
            scene.alice,
            [
                "sign-up", scene.alice.name, "--auth-delivery", scene.alice.authDelivery.rawValue, "--setup-code-file",
                try #require(scene.code).path, "--password-file",
                try scene.world.passwordFile(of: scene.alice.name).path,
            ])
    }

    /// Whoever has just come makes a group and is invited to one.
    private static func expectIsUsable(_ scene: inout CrashScene) async throws {
        try await scene.alice.device.succeeds("group", "create", scene.chat, "--member", "\(scene.bob.account)")
        try await scene.findGroup(of: scene.alice)
        try await scene.expectWorks(members: [scene.alice, scene.bob])
    }

    // MARK: Accounts

    private static let addAccount = CrashScenario(
        name: "account add",
        prepare: { scene in
            scene.alice = try await scene.lane.stranger()
            try await scene.lane.signUp(scene.alice, isComplete: false)
        },
        command: { addAccountCommand($0, $0.alice.account) },
        check: { scene in try await expectIsUsable(&scene) })

    /// One KeyPackage is used by then, so that the pool is filled up.
    private static let addAccountAgain = CrashScenario(
        name: "account add, for the second time",
        prepare: { scene in try await scene.makeGroup(by: scene.bob, with: [scene.alice], joining: false) },
        command: { addAccountCommand($0, $0.alice.account) },
        check: { scene in try await scene.expectWorks(members: [scene.bob, scene.alice]) })

    private static let addAccountOfAnother = CrashScenario(
        name: "account add, of somebody else's",
        prepare: { scene in try await scene.makeGroup(by: scene.alice, with: [scene.bob]) },
        command: { addAccountCommand($0, $0.carol.account) }, statuses: [73],
        check: { scene in
            let listed = try await scene.alice.device.succeeds("account", "list")
            scene.expect(!listed.contains(scene.carol.account.id), "it is listed: \(listed)")
            try await scene.expectWorks(members: [scene.alice, scene.bob])
        })

    private static func addAccountCommand(_ scene: CrashScene, _ account: AccountAddress) -> Command {
        Command(scene.alice, ["account", "add", "\(account)", "--folder", scene.world.sharedFolder.path])
    }

    // MARK: The password

    private static let changePassword = CrashScenario(
        name: "passwd",
        prepare: { scene in try await prepareForPassword(&scene) },
        command: { scene in
            Command(
                scene.alice,
                [
                    "passwd", "--password-file", try scene.world.passwordFile(of: scene.alice.name).path,
                    "--new-password-file", try newPasswordFile(scene).path,
                ])
        },
        check: { scene in try await expectNewPassword(&scene) })

    private static let firstPassword = CrashScenario(
        name: "passwd, where there is no password",
        prepare: { scene in
            try await prepareForPassword(&scene)
            try await scene.alice.library.run { context in
                let waysIn = WaysIn(context)
                try await waysIn.addRecoveryCode(name: "paper")
                try await waysIn.remove(try await waysIn.find("password"))
            }
        },
        // After an end between the servers there is one, which is the new one.
        command: { scene in
            let file = try newPasswordFile(scene).path
            return Command(scene.alice, ["passwd", "--password-file", file, "--new-password-file", file])
        },
        check: { scene in try await expectNewPassword(&scene) })

    /// Alice is somebody new, whose password is hashed in a way that the program takes.
    private static func prepareForPassword(_ scene: inout CrashScene) async throws {
        scene.alice = try await scene.lane.stranger()
        try await scene.lane.signUp(scene.alice, .quick)
        try await scene.makeGroup(by: scene.alice, with: [scene.bob])
    }

    private static func newPasswordFile(_ scene: CrashScene) throws -> URL {
        try scene.world.place.file("new-password-of-\(scene.alice.name)", "the next password\n")
    }

    private static func expectNewPassword(_ scene: inout CrashScene) async throws {
        let tablet = try scene.world.device("tablet-of-\(scene.alice.name)")
        try await tablet.succeeds(
            "sign-in", scene.alice.name, "--auth-delivery", scene.alice.authDelivery.rawValue, "--password-file",
            try newPasswordFile(scene).path)
        try await scene.expectWorks(members: [scene.alice, scene.bob])
        scene.expect(try await tablet.texts(scene.chat).count == 3, "another device cannot read everything")
    }
}

extension ClientEnvironment {
    /// The least hashing that the program takes.
    static var quick: ClientEnvironment {
        var environment = ClientEnvironment.system
        environment.kdfDefault = .argon2id(memoryKiB: 19 * 1_024, iterations: 2, parallelism: 1)
        return environment
    }
}
