import CloudMLSAPI
import Foundation
import KeyStoreServer
import NIOHTTP1
import Testing

/// `users`, `disable`, `enable` and `remove`, beside a running server.
@Suite struct UserAdministrationTests {
    private struct Listing: Decodable {
        struct User: Decodable, Equatable {
            var name: String
            var objects: Int
            var bytes: Int
            var slots: Int
            var sessions: Int
            var disabled: Bool
        }
        var users: [User]
    }

    private func users(_ folder: TemporaryFolder) async throws -> [Listing.User] {
        let result = try await ServerBinary.run(["users", "--json", "--data", folder.dataFolder])
        #expect(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode(Listing.self, from: Data(result.output.utf8)).users
    }

    @Test func aUserIsListedDisabledEnabledAndRemoved() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerBinary(folder, options: ["--registration", "open"])
        func command(_ arguments: String..., input: String? = nil) async throws -> Int32 {
            try await ServerBinary.run(arguments + ["--data", folder.dataFolder], input: input).status
        }
        #expect(try await users(folder).isEmpty)
        let bob = try TestUser("bob")
        let carol = try TestUser("carol")
        for user in [bob, carol] { try await user.register(at: server.http, token: nil) }
        let signedIn = try await bob.signIn(at: server.http)
        let name = SignedInUser.freshName()
        #expect(try await signedIn.put(name, [1, 2, 3], ifRevision: 0).status == 200)
        let gone = SignedInUser.freshName()
        #expect(try await signedIn.put(gone, [1], ifRevision: 0).status == 200)
        #expect(try await signedIn.delete(gone, ifRevision: 1).status == 200)
        var listed = Listing.User(name: "bob", objects: 1, bytes: 3, slots: 1, sessions: 1, disabled: false)
        #expect(try await users(folder).first == listed)

        #expect(try await command("disable", "bob") == 0)
        #expect(try await !signedIn.isSignedIn())
        expect(try await signedIn.refresh(), .invalidRefreshToken)
        // Exactly as a wrong password is answered, and a name that nobody has.
        let refused = try await bob.login(at: server.http)
        let wrong = try await bob.login(
            at: server.http, key: carol.loginKey(try await TestUser.serverID(of: server.http)))
        let nobody = try await TestUser("nobody").login(at: server.http)
        expect(refused, .wrongCredentials)
        #expect(refused.body == wrong.body)
        #expect(refused.body == nobody.body)
        (listed.sessions, listed.disabled) = (0, true)
        #expect(try await users(folder).first == listed)

        #expect(try await command("enable", "bob") == 0)
        let again = try await bob.signIn(at: server.http)
        #expect(try await again.get(name).body == [1, 2, 3])

        #expect(try await command("remove", "bob", input: "carol\n") == 78)
        #expect(try await command("remove", "bob", input: "") == 78)
        #expect(try await again.isSignedIn())
        #expect(try await command("remove", "bob", input: "bob\n") == 0)
        #expect(try await !again.isSignedIn())
        expect(try await bob.login(at: server.http), .wrongCredentials)
        #expect(try await users(folder).map(\.name) == ["carol"])
        #expect(try await command("remove", "carol", "--yes") == 0)
        for missing in ["disable", "enable"] { #expect(try await command(missing, "bob") == 67) }
        #expect(try await command("remove", "bob", "--yes") == 67)
        // The name is free again, and nothing of the one before comes back.
        let other = try TestUser("bob")
        try await other.register(at: server.http, token: nil)
        #expect(try await other.signIn(at: server.http).get(name).status == 404)
        #expect(server.stop() == 0)
    }
}
