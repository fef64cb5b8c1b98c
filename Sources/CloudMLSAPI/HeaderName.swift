/// The project's own HTTP header fields.
public enum HeaderName {
    /// In every answer: the server's incarnation, 32 hexadecimal digits. It changes when a server is restored from a
    /// backup, and tells a client that what it knows may be newer than what the server has.
    public static let incarnation = "CloudMLS-Incarnation"
    /// In every answer: `ServerRole.protocolTag`.
    public static let protocolTag = "CloudMLS-Protocol"
    /// In a POST that must not take effect twice: 16 to 64 bytes in hexadecimal, made by the client.
    public static let idempotencyKey = "Idempotency-Key"
    /// With the value `1` in a browser's requests. In a login it asks for cookies in place of tokens; in others it shows
    /// that the request was not caused by a page of another site, which cannot add it without being asked first.
    public static let cookies = "CloudMLS-Cookies"
}
