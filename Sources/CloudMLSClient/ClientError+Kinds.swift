package import CloudMLSAPI

extension ClientError {
    /// The error as this library's callers meet it: what the layers below throw is a fault of this program, or of what
    /// it was given to encode.
    package init(wrapping error: any Error) {
        self = error as? ClientError ?? ClientError(.internalFault, "Something unexpected failed: \(error).")
    }

    /// The code of a refusal that repeating the request will not change; nil for everything else.
    package var lastingRefusal: ErrorCode? {
        guard case .refused(let code) = code else { return nil }
        let passing: [ErrorCode] = [
            .rateLimited, .internalError, .unavailable, .quotaExceeded, .invalidToken, .invalidRefreshToken,
            .wrongCredentials, .wrongOrigin, .storeMoving, .storeMoved, .storeReceiving, .moveConflict,
        ]
        return passing.contains(code) ? nil : code
    }

    /// An executor fed back what the machine did not ask for.
    static var unexpectedEvent: Self { Self(.internalFault, "An operation met an event that it did not wait for.") }

    /// Whether a server did not do its part, and may do it later.
    var isOfAnAbsentServer: Bool {
        switch code {
        case .notReachable, .notTheExpectedServer, .malformedAnswer, .refused(.unavailable), .refused(.rateLimited),
            .refused(.internalError):
            true
        default: false
        }
    }
}
