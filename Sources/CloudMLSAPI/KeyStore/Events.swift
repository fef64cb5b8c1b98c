/// How far a user's data is: the data of an event `change` of `GET /v1/events`.
///
/// The answer is a stream of server-sent events (`text/event-stream`). One comes at once, and one whenever an object, the
/// keyring or a slot was written; several writes may be one event. A client reads what it wants to know by the usual
/// routes, so an event says no more than that there is something: a changed slot shows in neither number. Comments come
/// in between, at least every `Limits.eventHeartbeat` seconds. The stream ends with the session, and when the server stops.
public struct ChangeEvent: Codable, Sendable, Hashable {
    /// The newest one of the change feed.
    public var cursor: UInt64
    public var keyringRevision: UInt64

    public init(cursor: UInt64, keyringRevision: UInt64) {
        self.cursor = cursor
        self.keyringRevision = keyringRevision
    }

    /// The events' name in the stream.
    public static let name = "change"
}
