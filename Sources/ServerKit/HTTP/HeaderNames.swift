import CloudMLSAPI
package import HTTPTypes

extension HTTPField.Name {
    /// For the names that are constants of the program: each has to be a token (RFC 9110 §5.6.2).
    private static func known(_ name: String) -> HTTPField.Name {
        guard let known = HTTPField.Name(name) else { preconditionFailure("\"\(name)\" cannot name a header field") }
        return known
    }

    /// `CloudMLS-Incarnation`.
    package static let incarnation = known(HeaderName.incarnation)
    /// `CloudMLS-Protocol`.
    package static let protocolTag = known(HeaderName.protocolTag)
    /// `Idempotency-Key`.
    package static let idempotencyKey = known(HeaderName.idempotencyKey)
    /// `X-Forwarded-For`.
    static let forwardedFor = known("X-Forwarded-For")
    /// `Forwarded` (RFC 7239).
    static let forwarded = known("Forwarded")
    /// `X-Accel-Buffering`, with which an answer tells nginx whether to collect it before passing it on.
    package static let accelBuffering = known("X-Accel-Buffering")
    /// `CloudMLS-Cookies`.
    static let cookies = known(HeaderName.cookies)
}
