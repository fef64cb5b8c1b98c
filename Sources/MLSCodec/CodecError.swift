/// Why bytes are not a value of the type that was asked for.
///
/// Equality looks at the code only: where the reader stood is for people.
public struct CodecError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of mistake it is.
    public enum Code: String, Sendable {
        /// The input ends inside a value.
        case truncated
        /// Bytes are left over after the value.
        case trailingBytes
        /// A variable-length header that is longer than it has to be, or of the reserved form (RFC 9420 §2.1.2).
        case invalidLength
        /// A vector is longer than `2^30 - 1` bytes, or than its type allows.
        case tooLong
        /// A presence octet that is neither 0 nor 1 (RFC 9420 §2.1.1).
        case invalidPresence
        /// A value that its enumeration or structure does not know.
        case invalidValue
        /// A vector's element that takes no bytes: decoding would never end.
        case noProgress
    }

    /// What kind of mistake it is: the part that programs look at.
    public var code: Code
    /// The name of the structure or field in which the input is wrong, in the specification's words.
    public var context: String

    /// An error of a decoder, which may be one of yours.
    ///
    /// - Parameter context: the name of the structure or field, in the specification's words.
    public init(_ code: Code, _ context: String = "") {
        self.code = code
        self.context = context
    }

    /// Whether the codes are the same; where the reader stood does not count.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.code == rhs.code }

    /// The code, and where the input is wrong.
    public var description: String { context.isEmpty ? code.rawValue : "\(code.rawValue) in \(context)" }
}
