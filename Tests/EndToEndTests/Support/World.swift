import CloudMLSAPI
import Foundation
import KeyHierarchy
import Testing

/// One auth-delivery server and two key stores, as real processes; people with devices; a folder that all share.
final class World: Sendable {
    let place: TemporaryFolder
    let authDelivery: ServerProcess
    let keyStores: [ServerProcess]
    let sharedFolder: URL

    private init(
        place: TemporaryFolder, authDelivery: ServerProcess, keyStores: [ServerProcess], sharedFolder: URL
    ) {
        self.place = place
        self.authDelivery = authDelivery
        self.keyStores = keyStores
        self.sharedFolder = sharedFolder
    }

    static func make(keyStores: Int = 2, keyStoreOptions: [String] = []) async throws -> World {
        let place = try TemporaryFolder()
        var stores: [ServerProcess] = []
        for number in 1...keyStores {
            stores.append(
                try await ServerProcess.start(
                    .keyStore, in: place.folder("key-store-\(number)"), logs: place, options: keyStoreOptions))
        }
        return try await make(place: place, keyStores: stores)
    }

    /// With key stores that run already.
    static func make(place: TemporaryFolder, keyStores stores: [ServerProcess]) async throws -> World {
        World(
            place: place,
            authDelivery: try await ServerProcess.start(
                .authDelivery, in: place.folder("auth-delivery"), logs: place),
            keyStores: stores, sharedFolder: try place.folder("shared-folder"))
    }

    var servers: [ServerProcess] { [authDelivery] + keyStores }

    func device(_ name: String) throws -> Device {
        Device(home: try place.folder("device-\(name)"), place: place)
    }

    /// A file with a fresh setup code of a key store.
    ///
    /// - Parameter origin: the address in it, where it is not the server's own.
    func setupCode(keyStore: Int = 0, origin: String? = nil) async throws -> URL {
        let server = keyStores[keyStore]
        let outcome = try await ChildProcess(
            ServerProcess.executable(.keyStore),
            ["invite", "--data", server.dataFolder.path] + (origin.map { ["--public-url", $0] } ?? []),
            environment: ["HOME": place.url.path], folder: place.url, name: "invite"
        ).outcome()
        let code = try #require(
            outcome.output.firstMatch(of: /cloudmls-setup1:[A-Za-z0-9_-]+/), "invite said: \(outcome)")
        return try place.file("setup-code-\(UUID().uuidString)", String(code.output))
    }

    static func password(of name: String) -> String { "the password of \(name)" }

    /// A file with the password of a person.
    func passwordFile(of name: String) throws -> URL {
        try place.file("password-of-\(name)", Self.password(of: name) + "\n")
    }

    /// Signs a person up and adds an account `folder:<name>`, on a device of that name.
    func signUp(_ name: String, keyStore: Int = 0) async throws -> Device {
        let device = try device(name)
        try await device.succeeds(
            "sign-up", name, "--auth-delivery", authDelivery.origin, "--setup-code-file",
            setupCode(keyStore: keyStore).path, "--password-file", passwordFile(of: name).path)
        try await device.succeeds("account", "add", "folder:\(name)", "--folder", sharedFolder.path)
        return device
    }

    func stop() async throws {
        for server in servers {
            try await server.stop()
        }
    }
}

/// A device: a client folder, and the command line on it.
struct Device: Sendable {
    let home: URL
    let place: TemporaryFolder

    var environment: [String: String] {
        ["XDG_DATA_HOME": home.path, "HOME": home.path, "PATH": "/usr/bin:/bin", "COLUMNS": "1000", "TZ": "UTC"]
    }

    @discardableResult
    func run(_ arguments: [String], input: String = "") async throws -> ChildProcess.Outcome {
        try await ChildProcess(
            Executables.url(Executables.cloudmls), arguments, environment: environment, input: Data(input.utf8),
            folder: place.url, name: "cloudmls"
        ).outcome()
    }

    @discardableResult
    func run(_ arguments: String..., input: String = "") async throws -> ChildProcess.Outcome {
        try await run(arguments, input: input)
    }

    /// Runs a command that must succeed; gives what it printed.
    @discardableResult
    func succeeds(
        _ arguments: String..., input: String = "", at location: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let outcome = try await run(arguments, input: input)
        try #require(outcome.status == 0, "\(arguments.joined(separator: " ")): \(outcome)", sourceLocation: location)
        return outcome.output
    }

    /// What `read --json` shows.
    func messages(_ group: String, all: Bool = true) async throws -> [ShownMessage] {
        let outcome = try await run(["read", group, "--json"] + (all ? ["--all"] : []))
        try #require(outcome.status == 0, "read: \(outcome)")
        return try JSONDecoder().decode(ShownMessages.self, from: Data(outcome.output.utf8)).messages
    }

    /// The texts that can be read.
    func texts(_ group: String, all: Bool = true) async throws -> [String] {
        try await messages(group, all: all).compactMap(\.text)
    }
}

struct ShownMessages: Decodable {
    var messages: [ShownMessage]
}

/// A row of `read --json`.
struct ShownMessage: Decodable {
    var kind: String
    var sender: String?
    var text: String?
    var reason: String?
}
