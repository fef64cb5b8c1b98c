import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// TLS of a server at home: its own certificate without a domain, and somebody else's that is replaced while it runs.
@Suite(.timeLimit(.minutes(3))) struct HomeTLSTests {
    @Test func aHomeServerNeedsNoDomain() async throws {
        let world = try await World.make(keyStores: 1, keyStoreOptions: ["--tls", "self-signed"])
        let keyStore = world.keyStores[0]
        #expect(keyStore.origin.hasPrefix("https://"))
        let key = keyStore.dataFolder.appending(path: "tls-key.pem")
        for file in ["tls-key.pem", "tls-certificate.pem"] {
            let path = keyStore.dataFolder.appending(path: file).path
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        }

        let laptop = try await world.signUp("alice")
        try await laptop.succeeds("group", "create", "holiday")
        try await laptop.succeeds("send", "holiday", input: "The lake is warm.")
        let phone = try await signIn("alice", on: "phone", in: world)
        #expect(try await phone.texts("holiday") == ["The lake is warm."])

        // Somebody else's certificate at the same address gets nothing.
        let genuine = try String(contentsOf: key, encoding: .utf8)
        try await keyStore.stop()
        try Data(TestCertificate().key.utf8).write(to: key)
        let impostor = try await restart(keyStore, world)
        for command in ["send", "read"] {
            let outcome = try await laptop.run(command, "holiday", input: "again")
            #expect(outcome.status == 76, "\(outcome)")
            #expect(outcome.errors.contains("another certificate"))
        }
        #expect(try await world.device("tablet").run(signInArguments("alice", world)).status == 76)

        // The genuine key is in the database as long as nobody gives another one.
        try await impostor.stop()
        try Data(genuine.utf8).write(to: key)
        try await restart(keyStore, world).stop()
        for file in ["tls-key.pem", "tls-certificate.pem"] {
            try FileManager.default.removeItem(at: keyStore.dataFolder.appending(path: file))
        }
        let again = try await restart(keyStore, world)
        #expect(try String(contentsOf: key, encoding: .utf8) == genuine)
        try await laptop.succeeds("send", "holiday", input: "Warmer still.")
        #expect(try await phone.texts("holiday") == ["The lake is warm.", "Warmer still."])
        try await again.stop()
        try await world.authDelivery.stop()
    }

    @Test func aReplacedCertificateIsTakenWithoutARestart() async throws {
        let place = try TemporaryFolder()
        let (certificate, key) = try files(in: place, TestCertificate())
        let server = try await ServerProcess.start(
            .keyStore, in: place.folder("data"), logs: place,
            options: ["--tls-certificate", certificate.path, "--tls-key", key.path])
        let next = try TestCertificate()
        #expect(await !answers(server, pin: next.pin))
        try next.write(certificate: certificate, key: key)
        try await until { await answers(server, pin: next.pin) }

        // A file that is none, and a key that is another certificate's: what is in use stays.
        for broken in ["-----BEGIN CERTIFICATE-----\n", try TestCertificate().certificate] {
            try Data(broken.utf8).write(to: certificate, options: .atomic)
            let before = try complaints(server)
            server.process.signal(SIGHUP)
            try await until { try complaints(server) > before }
            #expect(await answers(server, pin: next.pin))
        }

        // On the signal it does not wait for its next look.
        let third = try TestCertificate()
        try third.write(certificate: certificate, key: key)
        server.process.signal(SIGHUP)
        try await until { await answers(server, pin: third.pin) }
        try await server.stop()
    }

    @Test func anExpiredCertificateStillHasItsPin() async throws {
        let place = try TemporaryFolder()
        let expired = try TestCertificate(lifetime: -86_400)
        let (certificate, key) = try files(in: place, expired)
        let server = try await ServerProcess.start(
            .keyStore, in: place.folder("data"), logs: place,
            options: ["--tls-certificate", certificate.path, "--tls-key", key.path])
        #expect(await answers(server, pin: expired.pin))
        try await until { try server.process.text(server.process.errorFile).contains("has expired") }
        let code = try SetupCode(
            text: String(contentsOf: server.dataFolder.appending(path: "setup-code"), encoding: .utf8))
        #expect(code.certificatePin?.bytes == expired.pin)
        try await server.stop()
    }

    /// The certificate expires and is renewed under the same key: whoever knows it by its pin notices nothing. With another
    /// key it is somebody else's, until the genuine one is back.
    @Test func aCertificateThatExpiresOrChangesInMidRunLosesNothing() async throws {
        let place = try TemporaryFolder()
        let genuine = try TestCertificate()
        let (certificateFile, keyFile) = try files(in: place, genuine)
        let tls = ["--tls-certificate", certificateFile.path, "--tls-key", keyFile.path]
        let server = try await ServerProcess.start(
            .keyStore, in: place.folder("key-store"), logs: place, options: tls)
        let world = try await World.make(place: place, keyStores: [server])
        let laptop = try await world.signUp("alice")
        try await laptop.succeeds("group", "create", "holiday")
        try await laptop.succeeds("send", "holiday", input: "one")

        func replace(with certificate: TestCertificate, says: String) async throws {
            let before = try logged(server).split(separator: says).count
            try certificate.write(certificate: certificateFile, key: keyFile)
            server.process.signal(SIGHUP)
            try await until { try logged(server).split(separator: says).count > before }
        }
        func doctor() async throws -> ChildProcess.Outcome {
            try await ChildProcess(
                ServerProcess.executable(.keyStore), ["doctor", "--data", server.dataFolder.path] + tls,
                environment: ["HOME": place.url.path], folder: place.url, name: "doctor"
            ).outcome()
        }

        try await replace(with: TestCertificate(renewing: genuine, lifetime: -60), says: "has expired")
        let expired = try await doctor()
        #expect(expired.status == 1)
        #expect(expired.output.contains("is not valid now"), "\(expired)")
        try await laptop.succeeds("send", "holiday", input: "two")
        #expect(try await signIn("alice", on: "phone", in: world).texts("holiday") == ["one", "two"])

        let before = try world.servers.map(StoredData.of)
        try await replace(with: TestCertificate(), says: "has another key")
        for command in [["send", "holiday"], ["read", "holiday"], ["rotate", "--password-file", "-"]] {
            let outcome = try await laptop.run(command, input: World.password(of: "alice"))
            #expect(outcome.status == 76, "\(outcome)")
            #expect(outcome.errors.contains("another certificate"))
            #expect(
                outcome.errors.contains("what to do: Ask whoever runs it to serve the key of before"),
                "\(outcome.errors)")
        }
        #expect(try await world.device("tablet").run(signInArguments("alice", world)).status == 76)
        #expect(try StoredData.changes(on: world.servers, since: before).filter { !$0.contains(": server") } == [])

        // A setup code of now has the new pin; the old key back, everything goes on.
        try await replace(with: genuine, says: "new connections get the new TLS certificate")
        #expect(try await doctor().status == 0)
        try await laptop.succeeds("send", "holiday", input: "three")
        #expect(try await laptop.texts("holiday") == ["one", "two", "three"])
        try await world.stop()
    }

    @Test func aKeyOfAnotherCertificateIsRefusedAtTheStart() async throws {
        let place = try TemporaryFolder()
        let (certificate, key) = try files(in: place, TestCertificate())
        try Data(TestCertificate().key.utf8).write(to: key)
        let outcome = try await ChildProcess(
            ServerProcess.executable(.keyStore),
            [
                "--data", place.folder("data").path, "--port", "0", "--tls-certificate", certificate.path, "--tls-key",
                key.path,
            ], environment: ["HOME": place.url.path], folder: place.url, name: "refuses"
        ).outcome()
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains("--tls-key"))
    }

    /// The laptop signs up at home; the phone is elsewhere, where only the second address answers.
    @Test func aNewDeviceTriesAllAddresses() async throws {
        let place = try TemporaryFolder()
        let data = try place.folder("key-store")
        let first = try await ServerProcess.start(.keyStore, in: data, logs: place)
        let port = Int(try Origin(typed: first.origin).port)
        try await first.stop()
        let addresses = ["--public-url", "http://127.0.0.1:\(port)", "--public-url", "http://127.0.0.2:\(port)"]
        let world = try await World.make(
            place: place,
            keyStores: [
                try await ServerProcess.start(.keyStore, in: data, port: port, logs: place, options: addresses)
            ])
        _ = try await world.signUp("alice")
        try await world.keyStores[0].stop()
        let away = try await ServerProcess.start(
            .keyStore, in: data, port: port, logs: place, options: addresses + ["--hostname", "127.0.0.2"])
        let phone = try await signIn("alice", on: "phone", in: world)
        #expect(try await phone.succeeds("whoami").contains("http://127.0.0.2:\(port)"))
        try await away.stop()
        try await world.authDelivery.stop()
    }

    private func files(in place: TemporaryFolder, _ made: TestCertificate) throws -> (URL, URL) {
        let files = (place.url.appending(path: "chain.pem"), place.url.appending(path: "key.pem"))
        try made.write(certificate: files.0, key: files.1)
        return files
    }

    /// Whether a new connection shows the certificate with this pin.
    private func answers(_ server: ServerProcess, pin: [UInt8]) async -> Bool {
        guard let origin = try? Origin(typed: server.origin), let pin = CertificatePin(bytes: pin) else { return false }
        let transport = NetworkTransport(origin: origin, certificatePin: pin)
        return (try? await transport.exchange(HTTPExchangeRequest(.get, "/health")))?.status == 200
    }

    private func complaints(_ server: ServerProcess) throws -> Int {
        try logged(server).split(separator: "stays in use").count
    }

    private func logged(_ server: ServerProcess) throws -> String {
        try server.process.text(server.process.errorFile)
    }

    private func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    private func restart(_ server: ServerProcess, _ world: World) async throws -> ServerProcess {
        try await ServerProcess.start(
            .keyStore, in: server.dataFolder, port: Int(Origin(typed: server.origin).port), logs: world.place,
            options: ["--tls", "self-signed"])
    }

    private func signInArguments(_ name: String, _ world: World) throws -> [String] {
        [
            "sign-in", name, "--auth-delivery", world.authDelivery.origin, "--password-file",
            try world.passwordFile(of: name).path,
        ]
    }

    private func signIn(_ name: String, on device: String, in world: World) async throws -> Device {
        let device = try world.device(device)
        let outcome = try await device.run(signInArguments(name, world))
        try #require(outcome.status == 0, "\(outcome)")
        return device
    }
}
