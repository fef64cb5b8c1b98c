/// The body of every answer with a status of 400 or more, the same for both servers.
///
/// ```json
/// {"error": {"code": "revision_conflict", "message": "…", "currentRevision": 7}}
/// ```
public struct ErrorBody: Codable, Sendable, Equatable {
    public struct Detail: Codable, Sendable, Equatable {
        /// Stable, for programs. A client keeps a code that it does not know.
        public var code: ErrorCode
        /// For people; says what to do where there is something to do. Never holds what the request held.
        public var message: String
        /// With `revision_conflict`: the revision that is stored now, 0 where there never was one.
        public var currentRevision: UInt64?
        /// With `revision_conflict` of a batch: which operation, counted from 0, met it.
        public var operation: Int?
        /// With `epoch_conflict`: the group's epoch now.
        public var currentEpoch: UInt64?
        /// With `rate_limited`: seconds to wait.
        public var retryAfter: Int?

        public init(
            code: ErrorCode, message: String, currentRevision: UInt64? = nil, operation: Int? = nil,
            currentEpoch: UInt64? = nil, retryAfter: Int? = nil
        ) {
            self.code = code
            self.message = message
            self.currentRevision = currentRevision
            self.operation = operation
            self.currentEpoch = currentEpoch
            self.retryAfter = retryAfter
        }
    }

    public var error: Detail

    public init(error: Detail) { self.error = error }
}
