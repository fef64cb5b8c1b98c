/// Why a key, a sealed thing or a signed statement was refused. It says nothing about secrets.
///
/// Bytes that have no meaning at all are refused by the decoders, with a `CodecError`. Equality looks at the code only.
public struct KeyHierarchyError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// KDF parameters outside the policy's absolute range; no work was done.
        case kdfParametersOutOfRange
        /// The KDF could not run: no memory for it, or parameters that contradict each other.
        case kdfFailed
        /// A password that is empty or longer than 1,024 bytes.
        case invalidPassword
        case invalidUserName
        case invalidOrigin
        /// A recovery code with a wrong length, symbol or checksum: most likely mistyped.
        case invalidRecoveryCode
        /// A setup code that is cut off, mistyped, or of a version that this build does not know.
        case invalidSetupCode
        /// The password, recovery code or device key is not the one that the (verified) slot was made for.
        case wrongSecret
        /// The slot does not open. It was not verified, so either the secret is wrong or somebody changed the slot.
        case wrongSecretOrTampered
        /// A sealed thing, or something it is bound to, is not what its owner sealed.
        case tampered
        /// The signature is not by the expected key.
        case invalidSignature
        /// A slot of another kind than the secret that was offered.
        case wrongKind
        /// A slot, keyring or profile of other data than the expected.
        case wrongScope
        /// The server is not the pinned one.
        case wrongServer
        /// The answer belongs to another request: role, user name, kind or nonce differ.
        case wrongRequest
        /// The store's public key is not the pinned one.
        case wrongStoreKey
        /// The object is sealed under a key that the keyring does not have.
        case unknownObjectKey
        /// What was sealed does not decode, although it is authentic.
        case malformed
        /// The crypto library failed for a reason of its own.
        case internalFailure
    }

    public var code: Code
    /// What was being done, or which field is wrong.
    public var context: String

    public init(_ code: Code, _ context: String = "") {
        self.code = code
        self.context = context
    }

    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.code == rhs.code }

    public var description: String { context.isEmpty ? code.rawValue : "\(code.rawValue): \(context)" }
}
