import CloudMLSAPI
import CloudMLSClient

/// Why a command stops, as a person is told: one line for what happened, one for what to do.
struct CommandFailure: Error {
    var status: ExitStatus
    var message: String
    var advice: String

    init(_ status: ExitStatus, _ message: String, advice: String) {
        self.status = status
        self.message = message
        self.advice = advice
    }

    /// Nil for errors that are not the client library's.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure:
            self = failure
        case let error as ClientError:
            let advice =
                Self.advice(for: error.code)
                ?? (error.hint.isEmpty ? Self.advice(for: ExitStatus(error.code)) : error.hint)
            self.init(
                ExitStatus(error.code), error.message,
                advice: ([advice] + (error.remedy.map { [Self.advice(for: $0)] } ?? [])).joined(separator: " "))
        case let error as PlatformError:
            self.init(ExitStatus(error), error.message, advice: Self.advice(for: ExitStatus(error)))
        default:
            return nil
        }
    }

    /// Where a command helps: the library knows none.
    private static func advice(for code: ClientError.Code) -> String? {
        switch code {
        case .notSignedIn, .signedOut: "run `cloudmls sign-in`, or `cloudmls sign-up` if you have no account yet."
        case .alreadySignedIn: "run `cloudmls sign-out` first, or use another --home."
        case .groupReadOnly: "ask a member of the group to add your account to it again."
        case .unknownGroup: "check the name: `cloudmls group list` shows the groups there are."
        case .noKeyPackage:
            "check the name. They need an account of that name (`cloudmls sign-up`, then `cloudmls account add`); who has "
                + "one has to run any `cloudmls` command once in a while, which publishes new KeyPackages."
        case .refused(.accountTaken): "choose another account; a name belongs to whoever claimed it first."
        default: nil
        }
    }

    /// How this command does what the library offers.
    private static func advice(for remedy: ClientError.Remedy) -> String {
        switch remedy {
        case .cancelMove: "`cloudmls key-store move --cancel` takes a move back."
        case .giveOldKeyStoreUp: "If the old key store is gone for good, or to be given up, say --old-is-gone."
        case .anotherName: "Give it with --name."
        case .anotherSetupCode: "`key-store-server invite` makes one."
        case .removeWayIn: "`cloudmls slot list` shows the ways in, `cloudmls slot remove` takes one away."
        case .finishRotation: "`cloudmls rotate` does that."
        }
    }

    /// What helps with most errors of a kind, where the error itself has nothing better to say.
    private static func advice(for status: ExitStatus) -> String {
        switch status {
        case .done, .interrupted: "run the command again."
        case .usage: "see the command's --help."
        case .badData: "check the text or file that was given."
        case .noInput: "check the file's name and permissions."
        case .unknownName: "check the name; `cloudmls account list` and `cloudmls group list` show what there is."
        case .notReachable: "check that the server runs, the address and the network, then run the command again."
        case .fault: "run the command again; if it fails again, the server's log has the reason."
        case .exists: "choose another name."
        case .inputOutput: "check the folder's permissions and the space on its disk."
        case .tryAgain: "wait a little, then run the command again."
        case .anotherProtocol: "ask whoever runs the server, and install the newest version on both sides."
        case .notPermitted: "check the name and the password, or sign in again with `cloudmls sign-in`."
        case .configuration: "check the address."
        }
    }
}
