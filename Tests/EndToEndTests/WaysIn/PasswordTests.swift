import CloudMLSAPI
import Foundation
import TestSupport
import Testing

/// Changing and recovering the password with the real programs.
@Suite(.serialized)
struct PasswordTests {
    @Test func aChangedPasswordWorksOnBothServersAndEndsOtherSessions() async throws {
        let world = try await World.make(keyStores: 1)
        let alice = try await world.signUp("alice")
        let other = try world.device("other")
        try await other.signIn("alice", password: World.password(of: "alice"), in: world)
        let new = try world.place.file("new-password", "a new password\n")
        let before = try world.servers.map(StoredData.of)
        try await alice.succeeds(
            "passwd", "--password-file", world.passwordFile(of: "alice").path, "--new-password-file", new.path)
        // Nothing but the ways in, the sessions, and the anchor that knows of the ways in.
        let changes = try StoredData.changes(on: world.servers, since: before)
        #expect(
            changes.allSatisfy { change in
                ["slots", "login_keys", "sessions", "anchors", "used_refresh_tokens"].contains { change.contains($0) }
            }, "\(changes)")

        #expect(try await other.run("account", "list").status == 77)
        try await alice.succeeds("account", "list")
        let old = try await world.device("old").run(
            "sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--password-file",
            world.passwordFile(of: "alice").path)
        #expect(old.status == 77)
        try await other.signIn("alice", password: "a new password", in: world)
        #expect(try await other.succeeds("account", "list").contains("folder:alice"))
        try await world.stop()
    }

    /// `passwd` is killed at each of its requests, before it reaches the server and after the server has done it. Each time
    /// exactly one password works on each server, `sign-in` says which, and the same `passwd` again finishes.
    @Test(arguments: CutPlan.Moment.allCases)
    func aChangeThatIsKilledAnywhereCanBeRunAgain(moment: CutPlan.Moment) async throws {
        let world = try await World.make(keyStores: 1)
        let plan = CutPlan()
        let authDelivery = try CuttingProxy(to: world.authDelivery.origin, plan)
        let keyStore = try CuttingProxy(to: world.keyStores[0].origin, plan)
        let alice = try world.device("alice")
        func file(_ number: Int) throws -> URL { try world.place.file("password-\(number)", "password \(number)\n") }
        try await alice.succeeds(
            "sign-up", "alice", "--auth-delivery", authDelivery.origin, "--setup-code-file",
            world.setupCode(origin: keyStore.origin).path, "--password-file", file(0).path)
        var cuts = 0
        var halves = 0
        while true {
            let command = [
                "passwd", "--kdf", "pbkdf2", "--allow-weaker", "--password-file", try file(cuts).path,
                "--new-password-file", try file(cuts + 1).path,
            ]
            plan.arm((cuts, moment))
            let outcome = try await alice.killed(command, by: plan)
            guard plan.wasHit else {
                #expect(outcome.status == 0, "\(outcome)")
                break
            }
            #expect(outcome.status == 137, "\(outcome)")
            plan.arm(nil)
            let fresh = try world.device("fresh-\(cuts)")
            let old = try await fresh.run(
                "sign-in", "alice", "--auth-delivery", authDelivery.origin, "--password-file", file(cuts).path)
            if old.status != 0 {
                #expect(old.status == 77)
                if old.errors.contains("the key store wants another one") {
                    halves += 1
                    try await fresh.succeeds(
                        "sign-in", "alice", "--auth-delivery", authDelivery.origin, "--password-file",
                        file(cuts).path, "--key-store-password-file", file(cuts + 1).path)
                } else {
                    try await fresh.succeeds(
                        "sign-in", "alice", "--auth-delivery", authDelivery.origin, "--password-file",
                        file(cuts + 1).path)
                }
            }
            let again = try await alice.run(command)
            // A change that ended other sessions may have ended the one that was made above, never this device's.
            #expect(again.status == 0, "at request \(cuts): \(again)")
            let test = try await alice.run("slot", "test", "password", "--password-file", try file(cuts + 1).path)
            #expect(test.status == 0, "at request \(cuts): \(test)")
            cuts += 1
        }
        // The list of ways in and what follows: each request was hit.
        #expect(cuts >= 9, "\(cuts) requests")
        #expect(halves >= 2)
        tell("passwd was killed at \(cuts) requests, \(moment)")
        try await world.stop()
    }

    @Test func aRecoveryCodeFromPaperSetsANewPassword() async throws {
        let world = try await World.make(keyStores: 1)
        let alice = try await world.signUp("alice")
        let code = try await alice.succeeds("slot", "add", "recovery", "--name", "in the safe")
            .trimmingCharacters(in: .newlines)
        // As somebody types it who reads it from paper, over the phone.
        let typed = code.lowercased().replacingOccurrences(of: "0", with: "o").replacingOccurrences(
            of: "-", with: " \n")
        let paper = try world.place.file("paper", typed)
        try await alice.succeeds("slot", "test", "recovery", "--code-file", paper.path)
        let new = try world.place.file("new-password", "found again\n")
        let elsewhere = try world.device("elsewhere")
        try await elsewhere.succeeds(
            "recover", "alice", "--auth-delivery", world.authDelivery.origin, "--code-file", paper.path,
            "--new-password-file", new.path)
        #expect(try await elsewhere.succeeds("account", "list").contains("folder:alice"))
        try await world.device("third").signIn("alice", password: "found again", in: world)

        let wrong = try world.place.file("wrong", code.replacingOccurrences(of: code.suffix(1), with: "Z") + "\n")
        let mistyped = try await world.device("fourth").run(
            "recover", "alice", "--auth-delivery", world.authDelivery.origin, "--code-file", wrong.path,
            "--new-password-file", new.path)
        #expect(mistyped.status == 65)
        #expect(!mistyped.errors.contains(code.prefix(9)))
        try await world.stop()
    }
}
