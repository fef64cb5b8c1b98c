import CloudMLSAPI
package import HTTPTypes

extension HTTPField.Name {
    // The names are constants of the program: each is a token (RFC 9110 §5.6.2), so none of these is ever nil.
    private static func known(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .server }

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
    /// `CloudMLS-Cookies`.
    static let cookies = known(HeaderName.cookies)
}
