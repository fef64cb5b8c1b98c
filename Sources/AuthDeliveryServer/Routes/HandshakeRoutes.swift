import CloudMLSAPI
import Hummingbird
import ServerKit

/// `/v1/groups/{id}/…`: commits, proposals, voids and reports.
struct HandshakeRoutes: Sendable {
    let handshakes: HandshakeService
    let reports: ReportService
    /// Bytes of a body that holds a commit and a Welcome.
    let bodySize: Int

    init(handshakes: HandshakeService, reports: ReportService, settings: DeliverySettings) {
        self.handshakes = handshakes
        self.reports = reports
        bodySize = 2 * (settings.messageSize * 4 / 3) + 65_536
    }

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.post("/v1/groups/:id/commits", use: commit)
        routes.post("/v1/groups/:id/proposals", use: propose)
        routes.post("/v1/groups/:id/void", use: void)
        routes.get("/v1/groups/:id/reports", use: listReports)
        routes.post("/v1/groups/:id/reports", use: report)
    }

    /// Takes `CommitPost`, answers `PostResult`.
    @Sendable private func commit(_ request: Request, context: SessionContext) async throws -> Response {
        let groupID = try context.groupID()
        let post = try await request.json(CommitPost.self, upTo: bodySize)
        return try .json(try await handshakes.post(post, to: groupID, by: context.userID))
    }

    /// Takes `ProposalPost`, answers `PostResult`.
    @Sendable private func propose(_ request: Request, context: SessionContext) async throws -> Response {
        let groupID = try context.groupID()
        let post = try await request.json(ProposalPost.self, upTo: bodySize)
        return try .json(try await handshakes.post(post, to: groupID, by: context.userID))
    }

    /// Takes `VoidRequest`, answers `VoidResponse`.
    @Sendable private func void(_ request: Request, context: SessionContext) async throws -> Response {
        let groupID = try context.groupID()
        let body = try await request.json(VoidRequest.self)
        return try .json(try await handshakes.void(body, in: groupID, by: context.userID))
    }

    /// Takes `epoch` in the query, answers `CommitReportList`.
    @Sendable private func listReports(_ request: Request, context: SessionContext) async throws -> Response {
        let list = try await reports.list(
            epoch: try request.query(demanding: "epoch").number(), in: try context.groupID(), for: context.userID)
        return try .json(list)
    }

    /// Takes `CommitReport`; answers 204.
    @Sendable private func report(_ request: Request, context: SessionContext) async throws -> Response {
        let groupID = try context.groupID()
        let report = try await request.json(CommitReport.self)
        try await reports.put(report, in: groupID, by: context.userID)
        return Response(status: .noContent)
    }
}
