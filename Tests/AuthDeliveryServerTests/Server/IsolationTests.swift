import CloudMLSAPI
import Foundation
import NIOHTTP1
import Testing

/// What one user cannot see or do of another's, and what errors look like.
@Suite struct IsolationTests {
    struct Route: Sendable, CustomTestStringConvertible {
        var method: HTTPMethod
        var path: String
        var testDescription: String { "\(method.rawValue) \(path)" }
    }

    static let routes: [Route] =
        [
            ("GET", "/v1/accounts"), ("PUT", "/v1/accounts"), ("POST", "/v1/identities"),
            ("POST", "/v1/key-packages"), ("GET", "/v1/key-packages/count"), ("POST", "/v1/key-packages/status"),
            ("POST", "/v1/key-packages/claim"), ("POST", "/v1/key-packages/retain"),
            ("POST", "/v1/groups/\(id)/rejoin"), ("GET", "/v1/groups"), ("POST", "/v1/groups"),
            ("GET", "/v1/groups/\(id)"), ("GET", "/v1/groups/\(id)/log"), ("POST", "/v1/groups/\(id)/commits"),
            ("POST", "/v1/groups/\(id)/proposals"), ("POST", "/v1/groups/\(id)/void"),
            ("GET", "/v1/groups/\(id)/reports"), ("POST", "/v1/groups/\(id)/reports"), ("GET", "/v1/inbox"),
            ("POST", "/v1/inbox/acknowledge"), ("GET", "/v1/profile"), ("PUT", "/v1/profile"),
            ("GET", "/v1/anchors"), ("GET", "/v1/anchors/\(id)"), ("PUT", "/v1/anchors/\(id)"), ("GET", "/v1/slots"),
        ].map { Route(method: HTTPMethod(rawValue: $0.0), path: $0.1) }

    private static let id = [UInt8](repeating: 1, count: 32).hex

    @Test func everyRouteNeedsASession() async throws {
        try await TestServer.run { server in
            let stranger = try TestUser(name: "stranger", origin: server.origin)
            var forger = stranger
            forger.token = String(repeating: "A", count: 43)
            for route in Self.routes {
                for user in [stranger, forger] {
                    let answer = try await user.send(route.method, route.path, bytes: Data("{}".utf8))
                    let refused = try await refusal { try answer.check() }
                    #expect(refused?.status == 401, "\(route.testDescription)")
                    #expect(refused?.code == .invalidToken, "\(route.testDescription)")
                    #expect(answer.headers.first(name: HeaderName.protocolTag) == "auth-delivery/1")
                }
            }
        }
    }

    /// Nothing but a refusal of the one shape, whatever the body is.
    @Test(arguments: ["", "{", "[]", "null", "{\"account\": 7}", "{\"groupID\": \"not base64\"}"])
    func malformedBodiesAreRefused(_ body: String) async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let group = try await alice.createGroup()
            for route in Self.routes where route.method != .GET {
                let path = route.path.replacingOccurrences(
                    of: "/v1/groups/\(Self.id)", with: group.path)
                let answer = try await alice.user.send(
                    route.method, path, bytes: Data(body.utf8),
                    headers: ["If-None-Match": "*", "Idempotency-Key": Self.id])
                let refused = try await refusal { try answer.check() }
                #expect(refused?.code == .badRequest, "\(route.testDescription)")
                #expect(!String(decoding: answer.body, as: UTF8.self).contains("not base64 with"))
            }
        }
    }

    @Test func unknownGroupsAndOthersGroupsAreTheSame() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let mallory = try await server.member("mallory")
            let group = try await alice.createGroup()
            let commit = alice.commit(group, epoch: 0)
            _ = try await alice.post(commit, to: group)
            let unknown = TestGroup(groupID: .random(32))
            for path in ["", "/log", "/reports?epoch=0"] {
                let others = try await mallory.user.send(.GET, group.path + path)
                let none = try await mallory.user.send(.GET, unknown.path + path)
                #expect(others.status == 404)
                #expect(none.status == 404)
                #expect(others.body == none.body)
            }
            func attempts(_ group: TestGroup) async throws -> [Answer] {
                let digest = Bytes(try hash(commit.commit.array))
                let user = mallory.user
                let account = mallory.address
                return [
                    try await user.send(.POST, group.path + "/commits", mallory.commit(group, epoch: 1)),
                    try await user.send(.POST, group.path + "/proposals", mallory.proposal(group, epoch: 1)),
                    try await user.send(
                        .POST, group.path + "/void", VoidRequest(account: account, epoch: 0, hash: digest)),
                    try await user.send(
                        .POST, group.path + "/reports",
                        CommitReport(account: account, epoch: 0, hash: digest, outcome: .rejected)),
                ]
            }
            let others = try await attempts(group)
            let none = try await attempts(unknown)
            #expect(others.map(\.status) == [404, 404, 404, 404])
            #expect(others.map(\.body) == none.map(\.body))
            #expect(try await mallory.inbox().entries.isEmpty)
        }
    }

    @Test func othersAccountsCannotBeUsed() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice", keyPackages: 1)
            let mallory = try await server.member("mallory")
            let group = try await alice.createGroup()
            let posing = alice.inHands(of: mallory.user)
            let nobody = try #require(AccountAddress("folder:nobody"))
            let attempts: [@Sendable () async throws -> Void] = [
                { _ = try await posing.createGroup() },
                { _ = try await posing.post(posing.commit(group, epoch: 0), to: group) },
                { _ = try await posing.post(posing.proposal(group, epoch: 0), to: group) },
                { _ = try await posing.void(posing.commit(group, epoch: 0), in: group) },
                { _ = try await posing.upload(1) },
                {
                    let _: KeyPackageUploadResult = try await mallory.user.get(
                        "/v1/key-packages/count?account=\(alice.address)&cipherSuite=1")
                },
                {
                    let _: KeyPackageUploadResult = try await mallory.user.get(
                        "/v1/key-packages/count?account=\(nobody)&cipherSuite=1")
                },
            ]
            for attempt in attempts {
                let refused = try await refusal { try await attempt() }
                #expect(refused?.code == .notYourAccount)
                #expect(refused?.status == 403)
            }
            #expect(try await alice.info(group).epoch == 0)
        }
    }

    @Test func sealedRecordsAreTheUsersOwn() async throws {
        try await TestServer.run { server in
            let alice = try await server.user("alice")
            let mallory = try await server.user("mallory")
            let path = "/v1/anchors/\(Self.id)"
            let new = ["If-None-Match": "*"]
            let _: WriteResult = try await alice.put(path, AnchorWrite(body: [1]), headers: new)
            let _: WriteResult = try await alice.put("/v1/profile", ProfileWrite(body: [1]), headers: new)
            #expect(try await mallory.send(.GET, path).status == 404)
            #expect(try await mallory.send(.GET, "/v1/profile").status == 404)
            let _: WriteResult = try await mallory.put(path, AnchorWrite(body: [2]), headers: new)
            let stored: StoredAnchor = try await alice.get(path)
            #expect(stored.body == [1])
            let list: AnchorList = try await mallory.get("/v1/anchors")
            #expect(list.anchors.map(\.body) == [[2]])
        }
    }

    @Test func pathsThatNameNothingAreNotFound() async throws {
        try await TestServer.run { server in
            let user = try await server.user("alice")
            for path in ["/v1/groups/zz", "/v1/groups/00", "/v1/anchors/00", "/v1/nothing", "/"] {
                let refused = try await refusal { try await user.send(.GET, path).check() }
                #expect(refused?.code == .notFound, "\(path)")
            }
        }
    }
}
