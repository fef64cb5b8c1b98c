import CloudMLSAPI
import HTTPTypes
import Hummingbird
import KeyHierarchy
import ServerKit

/// `POST /v1/register`.
struct RegistrationRoutes: Sendable {
    let core: ServerCore
    let storage: any RegistrationStorage
    let registration: KeyStoreConfiguration.Registration

    func add(to routes: some RouterMethods<OpenContext>) {
        routes.post("/v1/register", use: register)
    }

    /// Takes `KeyStoreRegistration`; answers 201 without a body. Everything is written in one transaction; the same
    /// request again is refused, since its setup token is used up: a client that lost the answer tries to log in.
    @Sendable private func register(_ request: Request, context: OpenContext) async throws -> Response {
        try core.countRequest(request, context)
        let body = try await request.json(KeyStoreRegistration.self, upTo: 2 * Limits.jsonBody)
        let token = body.setupToken.flatMap { SetupToken(bytes: $0.array) }
        guard registration == .open || token != nil else { throw APIError.registrationRefused }
        guard body.storeID.array.count == StoreIDKind.byteCount else {
            throw APIError(.badRequest, "A store id has \(StoreIDKind.byteCount) bytes.")
        }
        guard body.keyring.array.count <= Limits.smallBody else {
            throw APIError.bodyTooLarge(Limits.smallBody)
        }
        let user = try NewUser(name: body.user, login: body.login, slot: body.slot, role: .keyStore)
        try await storage.register(
            NewStore(user: user, storeID: body.storeID.array, keyring: body.keyring.array),
            tokenHash: registration == .open ? nil : token.map { SetupCodes.hash($0) }, now: core.clock.now)
        core.folder.removeFile(named: SetupCodes.fileName)
        return Response(status: .created)
    }
}
