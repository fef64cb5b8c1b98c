package import CloudMLSAPI
package import KeyHierarchy

/// The routes that both servers have.
///
/// Every method throws `ClientError`: `.refused(code)` for an answer with an error body, `.notReachable` and the like
/// for the rest. A route with a precondition takes `ifRevision`; 0 stands for "never written".
package protocol AuthenticationService: Sendable {
    /// The address that is dialled.
    var origin: Origin { get }
    /// The incarnation in the newest answer, 16 bytes, or nil before the first.
    func incarnation() async -> [UInt8]?

    /// `GET /v1/server`.
    func serverInfo() async throws -> ServerInfo
    /// `POST /v1/auth/prelogin`.
    func preLogin(_ request: PreLoginRequest) async throws -> PreLoginResponse
    /// `POST /v1/auth/login`; the tokens are used for all requests from then on.
    func login(_ request: LoginRequest) async throws -> SessionTokens
    /// `POST /v1/auth/logout`; the tokens are forgotten, whatever the answer.
    func logout() async throws
    /// `GET /v1/slots`.
    func slots() async throws -> [StoredSlot]
    /// `PUT /v1/slots/{id}`.
    func writeSlot(id: [UInt8], ifRevision: UInt64, _ slot: SlotWrite) async throws -> WriteResult
    /// `DELETE /v1/slots/{id}`.
    func deleteSlot(id: [UInt8], ifRevision: UInt64) async throws

    /// `GET /v1/sessions`.
    func sessions() async throws -> [SessionRecord]
    /// `DELETE /v1/sessions/{id}`.
    func endSession(_ id: Int64) async throws
    /// `DELETE /v1/sessions`: all but this one.
    func endOtherSessions() async throws
}
