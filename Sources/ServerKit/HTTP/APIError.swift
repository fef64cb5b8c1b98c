package import CloudMLSAPI
package import HTTPTypes

/// An error that the client is told about: a stable code, a sentence for people, and header fields.
///
/// Whatever else a route throws becomes a bare `internal_error`.
package struct APIError: Error, Equatable, CustomStringConvertible {
    package var detail: ErrorBody.Detail
    /// Fields that go with the answer, such as `ETag`.
    package var headers: HTTPFields

    package init(
        _ code: ErrorCode, _ message: String, currentRevision: UInt64? = nil, operation: Int? = nil,
        currentEpoch: UInt64? = nil, retryAfter: Int? = nil, headers: HTTPFields = [:]
    ) {
        detail = ErrorBody.Detail(
            code: code, message: message, currentRevision: currentRevision, operation: operation,
            currentEpoch: currentEpoch, retryAfter: retryAfter)
        self.headers = headers
        if let retryAfter { self.headers[.retryAfter] = String(retryAfter) }
    }

    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.detail.code == rhs.detail.code }

    package var description: String { "\(detail.code.rawValue): \(detail.message)" }

    /// `database_damaged`, for whatever would be written, and for what cannot be read.
    package static let databaseDamaged = Self(
        .databaseDamaged, "The server's database is damaged: whoever runs it has to restore a backup.")

    /// `revision_conflict` with what is stored now.
    package static func conflict(current: UInt64, operation: Int? = nil) -> Self {
        Self(
            .revisionConflict, "Somebody else wrote in between: read it again, then try again.",
            currentRevision: current, operation: operation)
    }

    /// What the client gets.
    package var answer: Answer {
        var answer =
            (try? Answer.json(ErrorBody(error: detail), status: .init(code: detail.code.status)))
            ?? Answer(status: .internalServerError)
        for field in headers { answer.headers[field.name] = field.value }
        return answer
    }
}
