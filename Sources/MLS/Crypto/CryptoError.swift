/// Why a primitive refused its input. It says nothing about secrets.
public struct CryptoError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of refusal it is.
    public enum Code: String, Sendable {
        /// A key that is not a key of the suite: wrong length, or not a point on the curve.
        case malformedKey
        /// A ciphertext, nonce or encapsulated key of an impossible length.
        case malformedInput
        /// The ciphertext, or what it is bound to, is not what was sealed.
        case authenticationFailed
        /// More output than the function can give.
        case outputTooLong
        /// No crypto library of this build has the cipher suite.
        case unsupportedCipherSuite
        /// The library failed for a reason of its own.
        case internalFailure
    }

    /// What kind of refusal it is: the part that programs look at.
    public var code: Code
    /// What was being done, in the specification's words.
    public var context: String

    /// A refusal of a provider, which may be one of yours.
    ///
    /// - Parameter context: what was being done, in the specification's words. It must say nothing about secrets.
    public init(_ code: Code, _ context: String = "") {
        self.code = code
        self.context = context
    }

    /// Whether the codes are the same; the contexts do not count.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.code == rhs.code }

    /// The code, and what was being done.
    public var description: String { context.isEmpty ? code.rawValue : "\(code.rawValue): \(context)" }
}
