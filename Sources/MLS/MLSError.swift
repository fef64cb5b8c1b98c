import MLSCodec

/// Why an operation of `MLS` was refused.
///
/// Equality looks at the code only: the context is for people, and says nothing about secrets.
public struct MLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of refusal it is.
    public enum Code: String, Sendable {
        /// Bytes that are not what they should be.
        case malformed
        /// A signature, MAC, confirmation tag or ciphertext that does not verify.
        case authenticationFailed
        /// A message of another group.
        case wrongGroup
        /// A message of an epoch that is over, or has not begun.
        case wrongEpoch
        /// A message that its own sender need not process: it has the state already.
        case ownMessage
        /// A leaf, or the member at it, that does not exist.
        case unknownMember
        /// A LeafNode that breaks a rule of RFC 9420 §7.3.
        case invalidLeafNode
        /// A KeyPackage that breaks a rule of RFC 9420 §10.1.
        case invalidKeyPackage
        /// A lifetime outside the policy: not yet, no longer, or for too long.
        case invalidLifetime
        /// A single proposal that breaks a rule of RFC 9420 §12.1.
        case invalidProposal
        /// A list of proposals that breaks a rule of RFC 9420 §12.2.
        case invalidProposalList
        /// A commit that breaks a rule of RFC 9420 §12.4.
        case invalidCommit
        /// A commit refers to a proposal that never arrived.
        case unknownProposal
        /// More proposals than the application lets in (`GroupRules`).
        case tooManyProposals
        /// A ratchet tree that breaks a rule of RFC 9420 §7 or §12.4.3.1.
        case invalidTree
        /// A GroupContext or GroupInfo that cannot be accepted.
        case invalidGroupInfo
        /// A Welcome that is not for the KeyPackage at hand.
        case notForThisKeyPackage
        /// A private key that should be there is not.
        case missingKey
        /// A message whose key has been deleted: it was read before, or was given up since (RFC 9420 §9.2). Only groups
        /// that delete their keys refuse it.
        case usedKey
        /// A credential that the application's `CredentialVerifier` does not accept (RFC 9420 §5.3.1).
        case invalidCredential
        /// A generation beyond the limit.
        case generationTooHigh
        /// This client has been removed from the group.
        case removed
        /// A ReInit ended this group: it goes on in another one.
        case reInitialized
        /// Something RFC 9420 has and this library does not: the context names it.
        case unsupported
        /// A primitive failed.
        case cryptography
        /// Stored bytes of a version that this library does not know.
        case unknownVersion
        /// An error that is none of this library's came up inside an operation. The context names its type, and nothing of
        /// what it says: it may tell secrets.
        case unknownError
    }

    /// What kind of refusal it is: the part that programs look at.
    public var code: Code
    /// What was being done or which rule was broken, in the specification's words.
    public var context: String

    /// A refusal, which may be one of your own checks around a group.
    ///
    /// - Parameter context: which rule was broken, in the specification's words. It must say nothing about secrets.
    public init(_ code: Code, _ context: String = "") {
        self.code = code
        self.context = context
    }

    /// Whether the codes are the same; the contexts do not count.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.code == rhs.code }

    /// The code, and what was being done.
    public var description: String { context.isEmpty ? code.rawValue : "\(code.rawValue): \(context)" }

    init(_ error: CodecError) { self.init(.malformed, error.description) }

    init(_ error: CryptoError) {
        switch error.code {
        case .authenticationFailed: self.init(.authenticationFailed, error.context)
        case .unsupportedCipherSuite: self.init(.unsupported, error.context)
        default: self.init(.cryptography, error.description)
        }
    }

    /// Runs `body` and turns what it throws into an `MLSError`: the border between the library's layers and its API.
    ///
    /// What is neither an `MLSError` nor one of the two below it becomes an `unknownError` that names it: all that is called
    /// here throws typed errors, so that it is a mistake that somebody has to find.
    package static func mapping<Result>(_ body: () throws -> Result) throws(MLSError) -> Result {
        do {
            return try body()
        } catch let error as MLSError {
            throw error
        } catch let error as CodecError {
            throw MLSError(error)
        } catch let error as CryptoError {
            throw MLSError(error)
        } catch {
            throw MLSError(.unknownError, String(reflecting: type(of: error)))
        }
    }
}
