import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import Testing

@Suite struct SessionTests {
    let world: SimulatedWorld
    let path = NSTemporaryDirectory() + "cloudmls-" + UUID().uuidString

    init() throws { world = try SimulatedWorld() }

    @Test func resumesWithTheSameKeys() async throws {
        let folder = try ClientFolder(path: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try await world.signUp(on: world.device(keys: folder, local: folder))
        let resumed = try await world.device(keys: folder, local: folder).resume()
        #expect(resumed.keyring == first.keyring)
        #expect(resumed.storeID == first.storeID)
        #expect(try await resumed.sealed.read(["index"])["index"]?.revision == 0)
    }

    @Test func keepsTheFilesToTheirOwner() async throws {
        let folder = try ClientFolder(path: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await world.signUp(on: world.device(keys: folder, local: folder))
        let files = try #require(FileManager.default.enumerator(atPath: path)).compactMap { $0 as? String }
        #expect(files.contains("session"))
        for file in files {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(file)")
            let permissions = try #require(attributes[.posixPermissions] as? NSNumber).intValue
            #expect(permissions & 0o077 == 0, "\(file)")
        }
    }

    @Test func refusesASessionThatOthersMayRead() async throws {
        let folder = try ClientFolder(path: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await world.signUp(on: world.device(keys: folder, local: folder))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(path)/session")
        let error = await #expect(throws: ClientError.self) { try await folder.loadSession() }
        #expect(error?.code == .localStorage)
    }

    @Test func isForOneProcessAtATime() throws {
        let folder = try ClientFolder(path: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let error = #expect(throws: ClientError.self) { try ClientFolder(path: path) }
        #expect(error?.code == .inUse)
        withExtendedLifetime(folder) {}
    }

    @Test func letsGoOfTheFolder() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        for _ in 0..<2 { _ = try ClientFolder(path: path) }
    }

    @Test func remembersByName() async throws {
        let folder = try ClientFolder(path: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        for (number, name) in ["a/b", "a_b", "a%2fb", "../x", "A"].enumerated() {
            await #expect(throws: Never.self) { try await folder.write(name, [UInt8(number)]) }
        }
        #expect(try await folder.read("a/b") == [0])
        #expect(try await folder.read("../x") == [3])
        try await folder.write("a/b", nil)
        #expect(try await folder.read("a/b") == nil)
        #expect(try await folder.read("a_b") == [1])
    }

    @Test func remembersByLongNames() async throws {
        let folder = try ClientFolder(path: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let long = "pins/https://" + String(repeating: "host.", count: 50) + "example/alice"
        for (number, name) in [long, long + "2", String(repeating: ".", count: 84)].enumerated() {
            try await folder.write(name, [UInt8(number)])
        }
        #expect(try await folder.read(long) == [0])
        #expect(try await folder.read(long + "2") == [1])
        try await folder.write(long, nil)
        #expect(try await folder.read(long) == nil)
        #expect(try await folder.read(long + "2") == [1])
    }

    @Test func remembersForEachUser() async throws {
        let local = MemoryLocalState()
        let alice = try await world.signUp(on: world.device(local: local))
        let bob = try await world.device(local: local).signUp(
            userName: try UserName(typed: "bob"), password: try Password("another password"),
            authDelivery: world.authDeliveryOrigin, keyStore: await world.invitation())
        func name(_ context: ClientContext, _ part: String) -> String {
            Services(context: context, policy: MessagingPolicy()).localScope.name("read", part)
        }
        #expect(name(alice, "00") != name(bob, "00"))
        #expect(name(alice, "00") != name(alice, "01"))
        #expect(name(try await world.signIn(on: world.device()), "00") == name(alice, "00"))
    }

    @Test func logsOutAtBothServersWithoutAStoredSession() async throws {
        let context = try await world.signUp()
        #expect(await world.authDelivery.sessionCount + world.keyStore.sessionCount == 2)
        #expect(await context.logOut().isEmpty)
        #expect(await world.authDelivery.sessionCount + world.keyStore.sessionCount == 0)
        #expect(await context.logOut().isEmpty)
    }

    @Test func signsOutAtBothServersAndForgets() async throws {
        let folder = try ClientFolder(path: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let device = world.device(keys: folder, local: folder)
        try await world.signUp(on: device)
        let before = await world.authDelivery.sessionCount + world.keyStore.sessionCount
        #expect(before == 2)
        #expect(try await device.signOut().isEmpty)
        #expect(FileManager.default.fileExists(atPath: "\(path)/session") == false)
        #expect(await world.authDelivery.sessionCount == 0)
        #expect(await world.keyStore.sessionCount == 0)
        let error = await #expect(throws: ClientError.self) { try await device.resume() }
        #expect(error?.code == .notSignedIn)
    }

    @Test(arguments: [true, false])
    func whatAKilledProcessLeftIsRemoved(whileOpen: Bool) async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let files = ["session.new", "state/pins.new"].map { "\(path)/\($0)" }
        func leave() throws {
            try FileManager.default.createDirectory(
                atPath: path + "/state", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            for file in files { #expect(FileManager.default.createFile(atPath: file, contents: Data([1]))) }
        }
        if !whileOpen { try leave() }
        let folder = try ClientFolder(path: path)
        if whileOpen {
            try leave()
            try await folder.removeSession()
        }
        #expect(!FileManager.default.fileExists(atPath: files[0]))
        if !whileOpen { #expect(!FileManager.default.fileExists(atPath: files[1])) }
    }

    @Test func aRenewalDoesNotBringBackWhatWasSignedOut() async throws {
        let keys = MemorySessionStorage()
        let device = world.device(keys: keys)
        let contexts = [try await world.signUp(on: device), try await device.resume()]
        _ = try await device.signOut()
        for context in contexts {
            let service = try #require(context.authDelivery as? SimulatedAuthDelivery)
            try await service.token.adopt(
                SessionTokens(accessToken: "a", accessExpires: 2_000, refreshToken: "r", refreshExpires: 9_000))
            #expect(await keys.loadSession() == nil)
        }
    }

    @Test func signsOutWithoutServers() async throws {
        let keys = MemorySessionStorage()
        let device = world.device(keys: keys)
        try await world.signUp(on: device)
        await world.faults.breakAfter(0, .beforeCall)
        #expect(try await device.signOut().map(\.code) == [.notReachable, .notReachable])
        #expect(await keys.loadSession() == nil)
    }

    @Test func aNewSignInEndsTheSessionItReplaces() async throws {
        let keys = MemorySessionStorage()
        try await world.signUp(on: world.device(keys: keys))
        try await world.signIn(on: world.device(keys: keys))
        #expect(await world.authDelivery.sessionCount == 1)
        #expect(await world.keyStore.sessionCount == 1)
    }

    @Test func bringsASessionBackFromItsBytes() async throws {
        let keys = MemorySessionStorage()
        try await world.signUp(on: world.device(keys: keys))
        let session = try #require(await keys.loadSession())
        let copy = try StoredSession(decoding: session.encoded)
        #expect(copy.keyring == session.keyring)
        #expect(copy.encoded == session.encoded)
        for count in stride(from: 0, to: session.encoded.count, by: 7) {
            let error = #expect(throws: ClientError.self) {
                try StoredSession(decoding: Array(session.encoded.prefix(count)))
            }
            #expect(error?.code == .formatOfAnotherVersion)
        }
    }
}
