import CloudMLSAPI
import Hummingbird
import ServerKit

/// `/v1/key-packages`.
struct KeyPackageRoutes: Sendable {
    let service: KeyPackageService
    /// Bytes of an upload's body.
    let uploadSize: Int

    init(service: KeyPackageService, settings: DeliverySettings) {
        self.service = service
        uploadSize = (settings.keyPackages + 1) * settings.keyPackageSize * 4 / 3 + 65_536
    }

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.post("/v1/key-packages", use: upload)
        routes.get("/v1/key-packages/count", use: count)
        routes.post("/v1/key-packages/status", use: status)
        routes.post("/v1/key-packages/retain", use: retain)
        routes.post("/v1/key-packages/claim", use: claim)
    }

    /// Takes `KeyPackageUpload`, answers `KeyPackageUploadResult`.
    @Sendable private func upload(_ request: Request, context: SessionContext) async throws -> Response {
        let body = try await request.json(KeyPackageUpload.self, upTo: uploadSize)
        return try .json(try await service.upload(body, by: context.userID))
    }

    /// Takes `account` and `cipherSuite` in the query, answers `KeyPackageUploadResult`.
    @Sendable private func count(_ request: Request, context: SessionContext) async throws -> Response {
        let address = try request.query(demanding: "account")
        guard let account = AccountAddress(address.text) else { throw address.refusal("the address of an account") }
        let number = try request.query(demanding: "cipherSuite")
        guard let suite = UInt16(exactly: try number.number()), suite > 0 else {
            throw number.refusal("a cipher suite's number")
        }
        return try .json(try await service.count(of: account, cipherSuite: suite, by: context.userID))
    }

    /// Takes `KeyPackageStatusRequest`, answers `KeyPackageStatusResponse`.
    @Sendable private func status(_ request: Request, context: SessionContext) async throws -> Response {
        let body = try await request.json(KeyPackageStatusRequest.self)
        return try .json(try await service.status(of: body.refs.map(\.array), by: context.userID))
    }

    /// Takes `KeyPackageRetention`; answers 204.
    @Sendable private func retain(_ request: Request, context: SessionContext) async throws -> Response {
        let body = try await request.json(KeyPackageRetention.self, upTo: 1 << 20)
        try await service.retain(body, by: context.userID)
        return Response(status: .noContent)
    }

    /// Takes `KeyPackageClaim` under an idempotency key, answers `KeyPackageClaimResponse`.
    @Sendable private func claim(_ request: Request, context: SessionContext) async throws -> Response {
        let key = try request.header(demanding: .idempotencyKey).bytes(count: 16...64)
        let body = try await request.json(KeyPackageClaim.self, upTo: 1 << 20)
        return try .json(try await service.claim(body, key: key, by: context.userID))
    }
}
