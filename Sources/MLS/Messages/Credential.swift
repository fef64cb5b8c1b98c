public import MLSCodec

// struct {
//     CredentialType credential_type;
//     select (Credential.credential_type) {
//         case basic: opaque identity<V>;
//         case x509: Certificate certificates<V>;
//     };
// } Credential;

/// Who a member says it is (RFC 9420 §5.3). Whether that is true is for the application to check.
///
/// A credential has no length of its own, so that one of an unknown type cannot be told from what follows it: decoding
/// refuses it, as RFC 9420 §13.5 expects of a value that is not supported.
public enum Credential: Hashable, Sendable, MLSCodable {
    /// A bare identity in a form that the application defines.
    case basic(identity: [UInt8])
    /// A chain of DER certificates, the member's own first. The chain is carried, not checked.
    case x509(certificates: [[UInt8]])

    /// The registered number of this sort of credential.
    public var type: CredentialType {
        switch self {
        case .basic: .basic
        case .x509: .x509
        }
    }

    /// The identity of a basic credential.
    public var basicIdentity: [UInt8]? {
        guard case .basic(let identity) = self else { return nil }
        return identity
    }

    /// Writes the type, then the identity or the chain.
    public func encode(into writer: inout MLSWriter) {
        type.encode(into: &writer)
        switch self {
        case .basic(let identity): identity.encode(into: &writer)
        case .x509(let certificates): certificates.encode(into: &writer)
        }
    }

    /// Reads a credential.
    ///
    /// - Throws: `invalidValue` for a type other than Basic and X.509, and as any decoder.
    public init(from reader: inout MLSReader) throws(CodecError) {
        switch try CredentialType(from: &reader) {
        case .basic: self = .basic(identity: try reader.readOpaque())
        case .x509: self = .x509(certificates: try [[UInt8]](from: &reader))
        default: throw CodecError(.invalidValue, "credential_type")
        }
    }
}
