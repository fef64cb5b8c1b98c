import CloudMLSAPI
import Synchronization

/// Lets few large bodies arrive at a time: what is collected before anybody knows who sends it takes memory.
package final class BodyGate: Sendable {
    private let limit: Int
    private let count = Mutex(0)

    package init(limit: Int) { self.limit = limit }

    /// Reads a body, or answers `unavailable` where as many are arriving already as may.
    package func pass<Body>(_ read: () async throws -> Body) async throws -> Body {
        let isIn = count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard isIn else {
            throw APIError(.unavailable, "Others are just arriving: try again.", retryAfter: 5)
        }
        defer { count.withLock { $0 -= 1 } }
        return try await read()
    }
}
