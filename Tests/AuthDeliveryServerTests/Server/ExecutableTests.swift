import CloudMLSAPI
import Foundation
import MLS
import Testing

/// The built executable, as its users run it.
@Suite(.serialized) struct ExecutableTests {
    @Test func everythingAnsweredSurvivesAKill() async throws {
        let folder = TemporaryFolder()
        let first = try await Executable.start(in: folder)
        var alice = try await TestMember.register("folder:alice", of: try await user("alice", at: try first.origin))
        let bob = try await TestMember.register("folder:bob", of: try await user("bob", at: try first.origin))
        let now = UInt64(Date().timeIntervalSince1970)
        let keyPackage = try bob.keyPackage(lifetime: .init(from: now, duration: 86_400)).keyPackage
        _ = try await bob.upload([keyPackage])
        let group = try await alice.createGroup()
        let key = [UInt8].random(32)
        let claimed = try await alice.claim([bob.address], key: key)
        let commit = alice.commit(group, epoch: 0, adding: try alice.announce(claimed.keyPackages))
        let voided = alice.commit(group, epoch: 1)
        let result = try await alice.post(commit, to: group)
        _ = try await alice.void(voided, in: group)
        let path = "/v1/anchors/\([UInt8].random(32).hex)"
        let _: WriteResult = try await alice.user.put(
            path, AnchorWrite(body: [7]), headers: ["If-None-Match": "*"])
        await first.kill()

        let second = try await Executable.start(in: folder)
        defer { second.terminate() }
        // The access tokens survive, too; only the port is another one.
        alice.user = alice.user.at(try second.origin)
        var bobAfter = bob
        bobAfter.user = bob.user.at(try second.origin)
        #expect(try await alice.post(commit, to: group) == result)
        #expect(try await refusal { try await alice.post(voided, to: group) }?.code == .commitVoid)
        #expect(try await alice.claim([bob.address], key: key).keyPackages == claimed.keyPackages)
        #expect(try await bobAfter.status([keyPackage]) == [.claimed])
        #expect(try await bobAfter.inbox().entries.compactMap(\.welcome?.sequence) == [result.sequence])
        #expect(try await alice.inbox().entries.compactMap(\.log?.message) == [commit.commit])
        #expect(try await alice.info(group).members == [alice.address, bob.address])
        let anchor: StoredAnchor = try await alice.user.get(path)
        #expect(anchor.body == [7])
    }

    @Test func terminationAnswersWhoWaits() async throws {
        let folder = TemporaryFolder()
        let server = try await Executable.start(in: folder)
        let alice = try await TestMember.register("folder:alice", of: try await user("alice", at: try server.origin))
        let start = ContinuousClock.now
        let page = Task { try await alice.inbox(wait: 60) }
        // An answer to a later request: the earlier one is most likely waiting by now.
        _ = try await alice.inbox()
        server.terminate()
        #expect(await server.status == 0)
        #expect(ContinuousClock.now - start < .seconds(30))
        // One that did not get in is tried again by the test's client until it is told to stop.
        page.cancel()
        _ = await page.result
    }

    @Test(arguments: [
        (["--hostname", "0.0.0.0"], Int32(78), "--behind-proxy"),
        (["--tls-key", "key.pem"], 78, "--tls-certificate"),
        (["--public-url", "nonsense"], 78, "--public-url"),
        (["--first-come", "Not A Platform"], 78, "--first-come"),
        (["--port", "x"], 64, "--port"),
        (["--message-size", "1"], 64, "--message-size"),
        (["--retention", "0"], 64, "--retention"),
        (["--log-level", "loud"], 64, "--log-level"),
        (["--nonsense"], 64, "--help"),
    ])
    func unsafeOptionsAreRefused(_ options: [String], _ status: Int32, _ says: String) async throws {
        let server = try Executable(in: TemporaryFolder(), options)
        #expect(await server.status == status)
        #expect(try await server.output.contains(says))
    }

    @Test func folderHasOneServerAtATime() async throws {
        let folder = TemporaryFolder()
        let first = try await Executable.start(in: folder)
        defer { first.terminate() }
        let second = try Executable(in: folder)
        #expect(await second.status == 75)
        #expect(try await second.output.contains("--data"))
    }

    @Test func helpTeaches() async throws {
        let help = try Executable(in: TemporaryFolder(), ["--help"])
        #expect(await help.status == 0)
        let text = try await help.output
        for word in ["EXAMPLES", "--tls-certificate", "--registration closed", "7465", "--first-come"] {
            #expect(text.contains(word), "\(word)")
        }
    }

    private func user(_ name: String, at origin: String) async throws -> TestUser {
        let user = try TestUser(name: name, origin: origin)
        try await user.register()
        return try await user.signedIn()
    }
}
