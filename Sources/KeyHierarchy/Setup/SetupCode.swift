import Crypto
import Foundation
public import MLSCodec

/// What a key store prints for the person who is to register there: where it is, how to know it, and the permission.
///
/// Text form, one line: `cloudmls-setup1:` and base64url, without padding, of
///
/// ```
/// struct {
///     uint8 version = 1;
///     opaque origin<V>;
///     opaque server_id[32];
///     optional<opaque[32]> certificate_pin;
///     opaque token[32];
/// } SetupCode;
/// ```
///
/// followed by the first 4 bytes of SHA-256 over the labelled structure, so that a cut or mistyped code is told from
/// one that the server refuses.
public struct SetupCode: Sendable, Equatable, CustomStringConvertible {
    public static let prefix = "cloudmls-setup1:"
    private static let checksumByteCount = 4

    private var version = FormatVersion.v1
    public let origin: Origin
    public let serverID: ServerID
    public let certificatePin: CertificatePin?
    public let token: SetupToken

    public init(origin: Origin, serverID: ServerID, certificatePin: CertificatePin? = nil, token: SetupToken) {
        self.origin = origin
        self.serverID = serverID
        self.certificatePin = certificatePin
        self.token = token
    }

    /// The text to hand on. It holds the token.
    public var text: String {
        let content = encoded
        return Self.prefix + Base64URL.encode(content + Self.checksum(content))
    }

    /// Reads the text form; white space around it is ignored.
    ///
    /// - Throws: `.invalidSetupCode`.
    public init(text: String) throws(KeyHierarchyError) {
        guard text.utf8.count <= 4096 else { throw KeyHierarchyError(.invalidSetupCode, "too long") }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard trimmed.hasPrefix(Self.prefix) else { throw KeyHierarchyError(.invalidSetupCode, "prefix") }
        guard let bytes = Base64URL.decode(trimmed.dropFirst(Self.prefix.count)),
            bytes.count > Self.checksumByteCount
        else { throw KeyHierarchyError(.invalidSetupCode, "base64url") }
        let content = Array(bytes.dropLast(Self.checksumByteCount))
        guard Array(bytes.suffix(Self.checksumByteCount)) == Self.checksum(content) else {
            throw KeyHierarchyError(.invalidSetupCode, "checksum")
        }
        guard let code = try? Self(decoding: content) else { throw KeyHierarchyError(.invalidSetupCode, "content") }
        self = code
    }

    private static func checksum(_ content: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: Label.setupCode.framing(content)).prefix(checksumByteCount))
    }

    public var description: String { "<setup code for \(origin)>" }
}

extension SetupCode: MLSStruct {
    public static var layout: StructLayout<Self, FormatVersion, Origin, ServerID, CertificatePin?, SetupToken> {
        StructLayout(\.version, \.origin, \.serverID, \.certificatePin, \.token) {
            _, origin, serverID, certificatePin, token in
            Self(origin: origin, serverID: serverID, certificatePin: certificatePin, token: token)
        }
    }
}
