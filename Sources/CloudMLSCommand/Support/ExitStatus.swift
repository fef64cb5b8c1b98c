import CloudMLSAPI
import CloudMLSClient

/// What the command answers to the shell: the numbers of BSD's sysexits.h, so that a script can tell what to do.
enum ExitStatus: Int32, CaseIterable {
    case done = 0
    case usage = 64
    case badData = 65
    case noInput = 66
    case unknownName = 67
    case notReachable = 69
    case fault = 70
    case exists = 73
    case inputOutput = 74
    case tryAgain = 75
    case anotherProtocol = 76
    case notPermitted = 77
    case configuration = 78
    case interrupted = 130

    var meaning: String {
        switch self {
        case .done: "done"
        case .usage: "the command was not used as its --help says"
        case .badData: "a text or something stored is malformed, not authentic, too long or cannot be decrypted"
        case .noInput: "a file that was named cannot be read"
        case .unknownName: "there is no such account, group or member"
        case .notReachable: "a server or the platform cannot be reached"
        case .fault: "a fault of this program or of a server"
        case .exists: "the name is taken, or it exists already"
        case .inputOutput: "the client folder or the platform's folder cannot be written"
        case .tryAgain: "busy, or too many tries: try again later"
        case .anotherProtocol: "the server is another one, of another version, or shows an older state than it had"
        case .notPermitted: "wrong name or password, not signed in, or not allowed"
        case .configuration: "an address or setting cannot be used"
        case .interrupted: "interrupted with Ctrl-C; what was begun is finished or undone by the next command"
        }
    }

    init(_ error: PlatformError) {
        self =
            switch error.code {
            case .invalidChat: .usage
            case .textTooLong: .badData
            case .unavailable: .notReachable
            case .refused: .inputOutput
            }
    }

    init(_ code: ClientError.Code) {
        self =
            switch code {
            case .notReachable, .platform: .notReachable
            case .notTheExpectedServer, .serverOfAnotherVersion, .serverIdentityChanged, .malformedAnswer, .rolledBack,
                .formatOfAnotherVersion:
                .anotherProtocol
            case .insecureAddress, .unacceptableKDF: .configuration
            case .wrongPassword, .passwordsDiffer, .invalidSetupCode, .signUpIncomplete, .notSignedIn, .signedOut,
                .identityKeyChanged, .groupReadOnly, .lastWayIn:
                .notPermitted
            case .nameTaken, .alreadySignedIn, .groupExists, .wayInExists: .exists
            case .inUse, .busy: .tryAgain
            case .localStorage: .inputOutput
            case .notAuthentic, .tooLarge, .messageTooLong: .badData
            case .invalidArgument: .usage
            case .unknownAccount, .unknownGroup, .noKeyPackage, .unknownWayIn: .unknownName
            case .internalFault: .fault
            case .refused(let refusal): Self(refusal: refusal)
            }
    }

    private init(refusal: ErrorCode) {
        self =
            switch refusal {
            case .rateLimited, .unavailable, .revisionConflict, .epochConflict, .keyRetired, .storeMoving,
                .storeReceiving, .moveConflict:
                .tryAgain
            case .notFound: .unknownName
            case .tooLarge, .quotaExceeded, .invalidKeyPackage, .invalidHandshake: .badData
            case .wrongCredentials, .invalidToken, .invalidRefreshToken, .registrationRefused, .notYourAccount:
                .notPermitted
            case .wrongOrigin: .configuration
            case .nameTaken, .accountTaken, .groupExists: .exists
            case .internalError: .fault
            default: .anotherProtocol
            }
    }
}
