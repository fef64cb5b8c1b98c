import CloudMLSAPI
import Foundation
import KeyHierarchy
import Testing

/// A key store that is found under one address at home and under another one away.
@Suite(.serialized)
struct AddressesTests {
    private struct Who: Decodable {
        var keyStore: String
    }

    private func keyStore(of device: Device) async throws -> String {
        let answer = try await device.succeeds("whoami", "--json")
        return try JSONDecoder().decode(Who.self, from: Data(answer.utf8)).keyStore
    }

    /// A key store that says that it has these addresses.
    private func restart(_ server: ServerProcess, in world: World, at origins: [String]) async throws -> ServerProcess {
        let port = try #require(server.origin.split(separator: ":").last.flatMap { Int($0) })
        try await server.stop()
        return try await ServerProcess.start(
            .keyStore, in: server.dataFolder, port: port, logs: world.place,
            options: origins.flatMap { ["--public-url", $0] })
    }

    @Test(arguments: [false, true])
    func aDeviceTriesTheOtherAddress(isMoved: Bool) async throws {
        let world = try await World.make()
        let number = isMoved ? 1 : 0
        var home: CuttingProxy? = try CuttingProxy(to: world.keyStores[number].origin, CutPlan())
        let away = try CuttingProxy(to: world.keyStores[number].origin, CutPlan())
        let homeOrigin = try #require(home?.origin)
        let server = try await restart(world.keyStores[number], in: world, at: [homeOrigin, away.origin])
        let code = try await world.setupCode(keyStore: number, origin: homeOrigin)
        let password = try world.passwordFile(of: "alice").path
        let alice: Device
        if isMoved {
            alice = try await world.signUp("alice")
            try await alice.succeeds("key-store", "move", "--to-file", code.path, "--password-file", password)
        } else {
            alice = try world.device("alice")
            try await alice.succeeds(
                "sign-up", "alice", "--auth-delivery", world.authDelivery.origin, "--setup-code-file", code.path,
                "--password-file", password)
            try await alice.succeeds("account", "add", "folder:alice", "--folder", world.sharedFolder.path)
        }
        try await alice.succeeds("group", "create", "chat")
        try await alice.succeeds("send", "chat", input: "at home")
        #expect(try await keyStore(of: alice) == homeOrigin)

        home = nil
        try await alice.succeeds("send", "chat", input: "away")
        #expect(try await keyStore(of: alice) == away.origin)
        // It is the same session, and goes on.
        #expect(try await alice.texts("chat") == ["at home", "away"])
        #expect(try await alice.succeeds("session", "list").split(separator: "\n").count <= 2)
        try await server.stop()
        let outcome = try await alice.run("send", "chat", input: "nowhere")
        #expect(outcome.status == 69, "\(outcome)")
        try await world.stop()
    }
}
