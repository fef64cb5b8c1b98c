import CloudMLSAPI
import NIOCore
import ServerKit
import ServiceLifecycle

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Streams of events about a user's data.
struct EventService: Sendable {
    let objects: ObjectService
    let sessions: SessionService
    let signals: UserSignals
    /// From one comment to the next.
    let heartbeat: Duration

    /// Listens from now on.
    /// - Throws: `rate_limited` where as many streams of the user's are open as may.
    func stream(for session: Session) throws(APIError) -> EventStream {
        guard let subscription = signals.subscribe(to: session.userID) else {
            throw APIError(
                .rateLimited, "As many event streams of yours are open as may: close one first.",
                retryAfter: Limits.eventHeartbeat)
        }
        return EventStream(service: self, session: session, subscription: subscription)
    }
}

/// One stream. It ends with its session, when the server stops, and when nobody reads it.
struct EventStream: Sendable {
    fileprivate let service: EventService
    fileprivate let session: Session
    fileprivate let subscription: UserSignals.Subscription

    /// - Parameter write: hands bytes to the client; throws where it has gone.
    func run(_ write: (ByteBuffer) async throws -> Void) async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { [service, subscription] in
                    while true {
                        try await Task.sleep(for: service.heartbeat)
                        subscription.wake()
                    }
                }
                defer { tasks.cancelAll() }
                try await write(try await event())
                for await _ in subscription.wakes {
                    guard try await service.sessions.isActive(session) else { return }
                    try await write(subscription.takeChange() ? try await event() : ByteBuffer(string: ":\n\n"))
                }
            }
        } onGracefulShutdown: { [subscription] in
            subscription.finish()
        }
    }

    private func event() async throws -> ByteBuffer {
        let state = try await service.objects.state(of: session.userID)
        let data = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
        return ByteBuffer(string: "event: \(ChangeEvent.name)\ndata: \(data)\n\n")
    }
}
