public import CloudMLSAPI

/// Why the client could not do what it was asked for.
///
/// Equality looks at the code only. Neither text holds a password, key, token or message.
public struct ClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for programs.
    public enum Code: Hashable, Sendable {
        // Reaching a server
        /// Nobody answers at the address, or the connection broke before an answer.
        case notReachable
        /// What answers is not the CloudMLS server that was expected there.
        case notTheExpectedServer
        /// The server speaks another version of the protocol.
        case serverOfAnotherVersion
        /// The server's identity, or the certificate it shows, is not the one that was pinned.
        case serverIdentityChanged
        /// A plain `http` address that does not point to this machine.
        case insecureAddress
        /// The server's answer cannot be read.
        case malformedAnswer
        /// The server refused, with the code it gave.
        case refused(ErrorCode)

        // Signing up and in
        /// The user name or the password is wrong.
        case wrongPassword
        /// One server takes the password and the other wants another one, as after a change that was cut short.
        case passwordsDiffer
        /// The name belongs to somebody else, or to oneself with another password.
        case nameTaken
        /// The server offers a way to turn the password into a key that is too cheap, or too dear, to be accepted.
        case unacceptableKDF
        /// The setup code is malformed, used, expired, or of another server.
        case invalidSetupCode
        /// The account exists at the auth-delivery server, but signing up was cut short.
        case signUpIncomplete
        /// Nobody is signed in on this device.
        case notSignedIn
        /// The stored session is over; the password is needed again.
        case signedOut
        /// Somebody is signed in on this device already.
        case alreadySignedIn
        /// Another process uses the same client folder.
        case inUse
        /// A file of the client's folder cannot be read or written.
        case localStorage

        /// There is no such way in, or the words fit several.
        case unknownWayIn
        /// There is a way in of this name, or for this device, already.
        case wayInExists
        /// No other way in would be left.
        case lastWayIn

        // What the servers store for the user
        /// Something stored was altered, or was written by somebody else: it fails its check.
        case notAuthentic
        /// The server shows an older state than this user has seen.
        case rolledBack
        /// A stored value has a form of a later version of this program.
        case formatOfAnotherVersion
        /// Other devices kept changing the same thing; nothing was written.
        case busy
        /// Too much for one request or for one's quota.
        case tooLarge

        // Accounts, groups and messages
        /// An argument has a form that is not allowed.
        case invalidArgument
        /// There is no such account on this user's list.
        case unknownAccount
        /// There is no such group.
        case unknownGroup
        /// The group exists already.
        case groupExists
        /// The group can be read but not be written to.
        case groupReadOnly
        /// Somebody who should enter a group has no valid KeyPackage.
        case noKeyPackage
        /// An identity key changed from the one that was seen before.
        case identityKeyChanged
        /// The platform refused, or cannot be reached.
        case platform
        /// The message is too long for the platform.
        case messageTooLong
        /// Something that must not happen did: a fault of this program.
        case internalFault
    }

    public let code: Code
    /// What happened.
    public let message: String
    /// What to do next; empty where there is nothing to do.
    public let hint: String
    /// The server's own words, where a server refused.
    public let refusal: ErrorBody.Detail?
    /// What this library offers against it, for programs that have a name of their own for that.
    public let remedy: Remedy?

    /// Something to call that helps, beyond what the hint says.
    public enum Remedy: Hashable, Sendable {
        /// `KeyStoreMoves.cancel()`.
        case cancelMove
        /// `ArchiveImport.oldIsGone`, where the old key store is gone for good or is to be given up.
        case giveOldKeyStoreUp
        /// `KeyStoreMoves.move` or `ArchiveImport`, with another user name at the new key store.
        case anotherName
        /// Another setup code, which whoever runs the key store makes.
        case anotherSetupCode
        /// `ClientContext.rotateKeys`.
        case finishRotation
        /// `WaysIn.list`, then `WaysIn.remove`.
        case removeWayIn
    }

    public init(_ code: Code, _ message: String, hint: String = "", remedy: Remedy? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
        self.refusal = nil
        self.remedy = remedy
    }

    /// A server's refusal.
    public init(refusal: ErrorBody.Detail) {
        self.code = .refused(refusal.code)
        self.message = "The server refused: \(refusal.message)"
        self.hint = Self.hint(for: refusal)
        self.refusal = refusal
        self.remedy = [.storeMoving, .moveConflict].contains(refusal.code) ? .cancelMove : nil
    }

    private static func hint(for refusal: ErrorBody.Detail) -> String {
        switch refusal.code {
        case .rateLimited: "Try again in \(refusal.retryAfter ?? 60) seconds."
        case .unavailable: "Try again in a moment."
        case .internalError: "Try again; if it stays, whoever runs the server finds the reason in its log."
        case .quotaExceeded: "Ask whoever runs the server for more room."
        case .wrongOrigin:
            "Use the address that the server is known by, or have whoever runs it add this one to its origins."
        case .storeMoving: "Nothing was changed: try again in a moment. A move that was given up can be taken back."
        case .storeMoved: "Sign in again: that leads to the new key store."
        case .revisionConflict, .keyRetired: "Another device of yours wrote at the same moment: try again."
        case .moveConflict:
            "Try again. A move that another device began is finished with its own setup code, or taken back."
        case .storeReceiving: "Finish the move on the device that began it, with the same setup code."
        case .registrationRefused: "Ask whoever runs the server for a way to register."
        default: ""
        }
    }

    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.code == rhs.code }

    public func hash(into hasher: inout Hasher) { hasher.combine(code) }

    public var description: String { hint.isEmpty ? message : "\(message) \(hint)" }
}
