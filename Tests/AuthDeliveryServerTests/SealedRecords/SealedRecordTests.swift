import CloudMLSAPI
import NIOHTTP1
import Testing

@Suite struct SealedRecordTests {
    private static let new = ["If-None-Match": "*"]

    @Test func profileIsReplacedByRevision() async throws {
        try await TestServer.run { server in
            let user = try await server.user("alice")
            #expect(try await user.send(.GET, "/v1/profile").status == 404)
            let body = Bytes(.random(500))
            let first: WriteResult = try await user.put("/v1/profile", ProfileWrite(body: body), headers: Self.new)
            #expect(first.revision == 1)
            let stored = try await user.send(.GET, "/v1/profile")
            #expect(stored.headers.first(name: "ETag") == "\"1\"")
            #expect(try stored.decoded(as: StoredProfile.self) == StoredProfile(revision: 1, body: body))
            let again = try await refusal {
                let _: WriteResult = try await user.put("/v1/profile", ProfileWrite(body: body), headers: Self.new)
            }
            #expect(again?.code == .revisionConflict)
            #expect(again?.detail.currentRevision == 1)
            let second: WriteResult = try await user.put(
                "/v1/profile", ProfileWrite(body: []), headers: ["If-Match": "\"1\""])
            #expect(second.revision == 2)
        }
    }

    @Test func concurrentAnchorSwapsHaveOneWinner() async throws {
        try await TestServer.run { server in
            let user = try await server.user("alice")
            let path = "/v1/anchors/\([UInt8].random(32).hex)"
            let _: WriteResult = try await user.put(path, AnchorWrite(body: [0]), headers: Self.new)
            let refusals = try await withThrowingTaskGroup(of: Refusal?.self) { tasks in
                for index in 0..<10 as Range<UInt8> {
                    tasks.addTask {
                        try await refusal {
                            let _: WriteResult = try await user.put(
                                path, AnchorWrite(body: [index]), headers: ["If-Match": "\"1\""])
                        }
                    }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(refusals.filter { $0 == nil }.count == 1)
            #expect(refusals.compactMap { $0 }.allSatisfy { $0.detail.currentRevision == 2 && $0.status == 412 })
            let stored: StoredAnchor = try await user.get(path)
            #expect(stored.revision == 2)
        }
    }

    @Test func anchorsAreListedByName() async throws {
        try await TestServer.run(.anchorsPerUser(3)) { server in
            let user = try await server.user("alice")
            let names = (0..<3).map { _ in [UInt8].random(32) }.sorted { $0.hex < $1.hex }
            for name in names.reversed() {
                let _: WriteResult = try await user.put(
                    "/v1/anchors/\(name.hex)", AnchorWrite(body: Bytes(name)), headers: Self.new)
            }
            let all: AnchorList = try await user.get("/v1/anchors")
            #expect(all.anchors.map(\.name.array) == names)
            #expect(all.anchors.map(\.body.array) == names)
            #expect(!all.more)
            let rest: AnchorList = try await user.get("/v1/anchors?after=\(names[0].hex)")
            #expect(rest.anchors.map(\.name.array) == Array(names.dropFirst()))
            let fourth = try await refusal {
                let _: WriteResult = try await user.put(
                    "/v1/anchors/\([UInt8].random(32).hex)", AnchorWrite(body: []), headers: Self.new)
            }
            #expect(fourth?.code == .quotaExceeded)
            let replaced: WriteResult = try await user.put(
                "/v1/anchors/\(names[0].hex)", AnchorWrite(body: []), headers: ["If-Match": "\"1\""])
            #expect(replaced.revision == 2)
        }
    }

    @Test func anchorPagesAreBoundedInBytes() async throws {
        try await TestServer.run(.anchorPageSize(250)) { server in
            let user = try await server.user("alice")
            let names = (0..<3 as Range<UInt8>).map { [UInt8](repeating: $0, count: 32) }
            for name in names {
                let _: WriteResult = try await user.put(
                    "/v1/anchors/\(name.hex)", AnchorWrite(body: Bytes(.random(100))), headers: Self.new)
            }
            let first: AnchorList = try await user.get("/v1/anchors")
            #expect(first.anchors.map(\.name.array) == Array(names.prefix(2)))
            #expect(first.more)
            let rest: AnchorList = try await user.get("/v1/anchors?after=\(names[1].hex)")
            #expect(rest.anchors.map(\.name.array) == [names[2]])
            #expect(!rest.more)
        }
    }

    @Test(arguments: [
        ("/v1/profile", Limits.smallBody),
        ("/v1/anchors/" + [UInt8](repeating: 7, count: 32).hex, Limits.anchorSize),
    ])
    func writesNeedAPreconditionAndFit(_ path: String, _ limit: Int) async throws {
        try await TestServer.run { server in
            let user = try await server.user("alice")
            let blind = try await refusal {
                let _: WriteResult = try await user.put(path, AnchorWrite(body: [1]))
            }
            #expect(blind?.code == .preconditionRequired)
            let large = try await refusal {
                let _: WriteResult = try await user.put(
                    path, AnchorWrite(body: Bytes(.init(repeating: 1, count: limit + 1))),
                    headers: Self.new)
            }
            #expect(large?.code == .tooLarge)
            let whole: WriteResult = try await user.put(
                path, AnchorWrite(body: Bytes(.init(repeating: 1, count: limit))), headers: Self.new)
            #expect(whole.revision == 1)
        }
    }
}
