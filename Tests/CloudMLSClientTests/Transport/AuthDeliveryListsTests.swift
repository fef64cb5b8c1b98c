import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import Testing

/// What is asked for in pages.
@Suite struct AuthDeliveryListsTests {
    private func service(_ transport: ScriptedTransport) throws -> HTTPAuthDeliveryService {
        let tokens = SessionTokens(accessToken: "a", accessExpires: 9_000, refreshToken: "r", refreshExpires: 9_000)
        return HTTPAuthDeliveryService(
            ServerConnection(
                role: .authDelivery, origin: try Origin(typed: "https://ad.example.org"), transport: transport,
                now: { 1_000 }, tokens: tokens))
    }

    private static func page(_ names: [UInt8], more: Bool) throws -> HTTPExchangeResponse {
        try .json(
            GroupList(groups: names.map { GroupList.Item(groupID: [$0], epoch: 1, sequence: 1) }, more: more),
            tag: "auth-delivery/1")
    }

    @Test func readsAllPages() async throws {
        let transport = ScriptedTransport { _, count in try Self.page(count == 0 ? [1, 2] : [3], more: count == 0) }
        #expect(try await service(transport).groups().map(\.groupID) == [[1], [2], [3]])
        #expect(await transport.requests.map(\.path) == ["/v1/groups", "/v1/groups?after=02"])
    }

    @Test(arguments: [[1, 1], [2, 1], []] as [[UInt8]])
    func refusesPagesWithoutProgress(names: [UInt8]) async throws {
        let transport = ScriptedTransport { _, count in
            let name: [UInt8] = count < names.count ? [names[count]] : []
            return try Self.page(name, more: true)
        }
        let service = try service(transport)
        let error = await #expect(throws: ClientError.self) { try await service.groups() }
        #expect(error?.code == .malformedAnswer)
        #expect(await transport.requests.count == max(1, names.count))
    }

    @Test func refusesAnchorsWithoutEnd() async throws {
        let transport = ScriptedTransport { _, count in
            let anchor = StoredAnchor(
                name: Bytes([UInt8(truncatingIfNeeded: count)]), revision: 1,
                body: Bytes([UInt8](repeating: 0, count: 12 << 20)))
            return try .json(AnchorList(anchors: [anchor], more: count < 200), tag: "auth-delivery/1")
        }
        let service = try service(transport)
        let error = await #expect(throws: ClientError.self) { try await service.anchors() }
        #expect(error?.code == .malformedAnswer)
        #expect(await transport.requests.count == 6)
    }

    @Test func asksForTheStatusOfManyKeyPackagesInPages() async throws {
        let transport = ScriptedTransport { request, _ in
            let asked = try JSONDecoder().decode(KeyPackageStatusRequest.self, from: Data(request.body ?? []))
            guard asked.refs.count <= 1_000 else { return try .refusal(.tooLarge) }
            return try .json(
                KeyPackageStatusResponse(statuses: asked.refs.map { $0.array[0] == 1 ? .available : .unknown }),
                tag: "auth-delivery/1")
        }
        let refs = (0..<2_001).map { [UInt8($0 == 1_500 ? 1 : 0)] }
        let statuses = try await service(transport).keyPackageStatus(refs)
        #expect(statuses.count == 2_001)
        #expect(statuses.firstIndex(of: .available) == 1_500)
        #expect(await transport.requests.count == 3)
    }
}
