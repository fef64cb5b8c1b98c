import CloudMLSAPI
import Hummingbird
import ServerKit

/// `/v1/profile` and `/v1/anchors`.
struct SealedRecordRoutes: Sendable {
    let service: SealedRecordService

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.get("/v1/profile", use: profile)
        routes.put("/v1/profile", use: putProfile)
        routes.get("/v1/anchors", use: anchors)
        routes.get("/v1/anchors/:name", use: anchor)
        routes.put("/v1/anchors/:name", use: putAnchor)
    }

    /// Answers `StoredProfile`.
    @Sendable private func profile(_ request: Request, context: SessionContext) async throws -> Response {
        let profile = try await service.profile(of: context.userID)
        return try .json(profile, headers: [.eTag: Answer.entityTag(profile.revision)])
    }

    /// Takes `ProfileWrite` under a precondition, answers `WriteResult`.
    @Sendable private func putProfile(_ request: Request, context: SessionContext) async throws -> Response {
        let precondition = try Precondition(request.headers)
        let body = try await request.json(ProfileWrite.self).body.array
        return .written(try await service.putProfile(body, if: precondition, of: context.userID))
    }

    /// Takes `after` in the query, answers `AnchorList`.
    @Sendable private func anchors(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(
            try await service.anchors(of: context.userID, after: try request.query("after")?.bytes(count: 0...64) ?? [])
        )
    }

    /// Answers `StoredAnchor`.
    @Sendable private func anchor(_ request: Request, context: SessionContext) async throws -> Response {
        let anchor = try await service.anchor(try context.anchorName(), of: context.userID)
        return try .json(anchor, headers: [.eTag: Answer.entityTag(anchor.revision)])
    }

    /// Takes `AnchorWrite` under a precondition, answers `WriteResult`.
    @Sendable private func putAnchor(_ request: Request, context: SessionContext) async throws -> Response {
        let name = try context.anchorName()
        let precondition = try Precondition(request.headers)
        let body = try await request.json(AnchorWrite.self).body.array
        return .written(
            try await service.putAnchor(body, name: name, if: precondition, of: context.userID))
    }
}

extension SessionContext {
    /// The blinded name in the path, 32 bytes.
    fileprivate func anchorName() throws(APIError) -> [UInt8] {
        try path("name").bytes(count: 32...32, else: .notFound)
    }
}
