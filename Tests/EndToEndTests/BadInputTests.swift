import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import Testing

/// What a person or a program can do wrong, one row each: the answer is exact, helps, and changes nothing that is stored.
@Suite(.serialized)
struct BadInputTests {
    @Test(arguments: BadInput.rows)
    func isRefusedAndChangesNothing(row: BadInput) async throws {
        let stage = try await Stage.shared.value
        let before = try stage.world.servers.map(StoredData.of)
        switch try await row.act(stage) {
        case .command(let outcome):
            #expect(outcome.status == row.status, "\(outcome)")
            #expect(!outcome.output.contains("cloudmls1:"))
            let lines = outcome.errors.split(separator: "\n")
            #expect(lines.count == 2, "\(outcome.errors)")
            #expect(lines.first?.hasPrefix("error: ") == true)
            #expect(lines.last?.hasPrefix("what to do: ") == true)
            #expect(outcome.errors.localizedCaseInsensitiveContains(row.says), "\(outcome.errors)")
            #expect(!outcome.errors.contains(World.password(of: "alice")))
        case .start(let outcome):
            #expect(outcome.status == row.status, "\(outcome)")
            #expect((outcome.errors + outcome.output).contains(row.says), "\(outcome)")
        case .answer(let status, let body):
            #expect(Int32(status) == row.status)
            let error = try JSONDecoder().decode(ErrorBody.self, from: body).error
            #expect(error.code.rawValue == row.says)
            #expect(error.code.status == status)
            #expect(!error.message.isEmpty)
        }
        let changes = try StoredData.changes(on: stage.world.servers, since: before)
        #expect(changes == [])
    }

    @Test func unknownUserAndWrongPasswordLookTheSame() async throws {
        let stage = try await Stage.shared.value
        let unknown = try await stage.signIn("nobody", password: "the password of nobody")
        let wrong = try await stage.signIn("alice", password: "not the password")
        #expect(unknown.status == wrong.status)
        #expect(
            unknown.errors.replacing("nobody", with: "NAME") == wrong.errors.replacing("alice", with: "NAME"))
    }
}

/// A row of the table.
struct BadInput: Sendable, CustomTestStringConvertible {
    enum Result {
        /// `cloudmls` was run.
        case command(ChildProcess.Outcome)
        /// A server was started.
        case start(ChildProcess.Outcome)
        /// A request was sent.
        case answer(status: Int, body: Data)
    }

    var name: String
    /// Exit status, or HTTP status.
    var status: Int32
    /// Of commands and servers, a part of the two lines; of requests, the error's code.
    var says: String
    var act: @Sendable (Stage) async throws -> Result

    var testDescription: String { name }

    static let rows: [BadInput] = [
        BadInput(name: "wrong password", status: 77, says: "password") {
            .command(try await $0.signIn("alice", password: "not the password"))
        },
        BadInput(name: "unknown user", status: 77, says: "password") {
            .command(try await $0.signIn("nobody", password: "the password of nobody"))
        },
        BadInput(name: "not signed in", status: 77, says: "sign-in") {
            .command(try await $0.world.device("empty").run("group", "list"))
        },
        BadInput(name: "unknown group", status: 67, says: "group list") {
            .command(try await $0.alice.run("send", "nowhere", input: "text"))
        },
        BadInput(name: "not a member", status: 404, says: "not_found") {
            try await $0.request(.get, "/v1/groups/\($0.aliceGroup)", as: "bob")
        },
        BadInput(name: "not a member, on the command line", status: 67, says: "group list") {
            .command(try await $0.bob.run("send", $0.aliceGroup, input: "text"))
        },
        BadInput(name: "unknown member", status: 67, says: "folder:nobody") {
            .command(try await $0.alice.run("group", "add", "alone", "folder:nobody"))
        },
        BadInput(name: "malformed MLS message", status: 65, says: "decrypt") {
            .command(try await $0.alice.run("decrypt", input: "cloudmls1:AAAA"))
        },
        BadInput(name: "damaged text", status: 65, says: "decrypt") {
            .command(try await $0.alice.run("decrypt", input: "cloudmls1:not base64 at all!"))
        },
        BadInput(name: "MLS message of another group", status: 65, says: "decrypt") {
            .command(try await $0.bob.run("decrypt", input: $0.aliceText))
        },
        BadInput(name: "text that is not encrypted", status: 65, says: "not encrypted") {
            .command(try await $0.alice.run("decrypt", input: "hello"))
        },
        BadInput(name: "oversized text", status: 65, says: "bytes") {
            .command(try await $0.alice.run("send", "alone", input: String(repeating: "x", count: 1 << 20)))
        },
        BadInput(name: "oversized body", status: 413, says: "too_large") {
            try await $0.request(
                .put, "/v1/objects/\(Stage.objectName)", as: "alice", at: .keyStore, headers: ["If-None-Match": "*"],
                body: Data(count: Limits.objectSize + 1))
        },
        BadInput(name: "bad JSON", status: 400, says: "bad_request") {
            try await $0.request(.post, "/v1/auth/login", body: Data("{\"user\": 7".utf8))
        },
        BadInput(name: "malformed commit", status: 422, says: "invalid_handshake") {
            try await $0.request(
                .post, "/v1/groups/\($0.aliceGroup)/commits", as: "alice",
                body: try JSONEncoder().encode(
                    CommitPost(
                        account: $0.account("alice"), epoch: $0.aliceEpoch, commit: [1, 2, 3], welcome: nil,
                        confirmation: Bytes([UInt8](repeating: 0, count: 32)))))
        },
        BadInput(name: "stale revision", status: 412, says: "revision_conflict") {
            try await $0.request(
                .put, "/v1/objects/\(Stage.objectName)", as: "alice", at: .keyStore, headers: ["If-Match": "\"99\""],
                body: Data("stale".utf8))
        },
        BadInput(name: "write without a precondition", status: 428, says: "precondition_required") {
            try await $0.request(
                .put, "/v1/objects/\(Stage.objectName)", as: "alice", at: .keyStore, body: Data("blind".utf8))
        },
        BadInput(name: "expired token", status: 401, says: "invalid_token") {
            try $0.expireSessions(of: .keyStore)
            return try await $0.request(.get, "/v1/slots", as: "alice", at: .keyStore, isRenewed: false)
        },
        BadInput(name: "no token", status: 401, says: "invalid_token") {
            try await $0.request(.get, "/v1/slots", at: .keyStore)
        },
        BadInput(name: "server not reachable", status: 69, says: "address") {
            let port = try CannedServer.closedPort()
            return .command(try await $0.signIn("alice", at: "http://127.0.0.1:\(port)"))
        },
        BadInput(name: "server of another version", status: 76, says: "update") {
            let server = try CannedServer(headers: [HeaderName.protocolTag: "auth-delivery/2"], body: "{}")
            return .command(try await $0.signIn("alice", at: "http://127.0.0.1:\(server.port)"))
        },
        BadInput(name: "no CloudMLS server", status: 76, says: "address") {
            let server = try CannedServer(headers: [:], body: "<html>")
            return .command(try await $0.signIn("alice", at: "http://127.0.0.1:\(server.port)"))
        },
        BadInput(name: "plain address of another machine", status: 78, says: "https") {
            .command(try await $0.signIn("alice", at: "http://ad.example.org"))
        },
        BadInput(name: "malformed address", status: 64, says: "address") {
            .command(try await $0.signIn("alice", at: "nonsense"))
        },
        BadInput(name: "listening beyond this machine without TLS", status: 78, says: "--behind-proxy") {
            .start(try await $0.start(.keyStore, options: ["--hostname", "0.0.0.0"]))
        },
        BadInput(name: "the same of the auth-delivery server", status: 78, says: "--behind-proxy") {
            .start(try await $0.start(.authDelivery, options: ["--hostname", "0.0.0.0"]))
        },
        BadInput(name: "used setup code", status: 77, says: "invite") { try await $0.signUp(code: $0.usedCode) },
        BadInput(name: "expired setup code", status: 77, says: "invite") { try await $0.signUp(code: $0.expiredCode) },
        BadInput(name: "mistyped setup code", status: 65, says: "setup code") {
            try await $0.signUp(code: $0.place.file("mistyped", "cloudmls-setup1:AAAA"))
        },
        BadInput(name: "data folder of another version", status: 65, says: "version") {
            .start(try await $0.start(.keyStore, folder: $0.dataOfAnotherVersion))
        },
        BadInput(name: "data folder of the other server", status: 65, says: "--data") {
            .start(try await $0.start(.keyStore, folder: $0.dataOfTheOtherServer))
        },
        BadInput(name: "wrong usage", status: 64, says: "--help") { .command(try await $0.alice.run("send")) },
        BadInput(name: "file that is not there", status: 66, says: "file") {
            .command(try await $0.alice.run("send", "alone", "--file", "missing.txt"))
        },
    ]
}
