import KeyHierarchy

// Why an archive is not taken, in the same words wherever that is noticed.
extension StoreArchive {
    static var ofSomebodyElse: ClientError {
        ClientError(
            .notAuthentic, "The archive is of somebody else's data.", hint: "Sign in as the user that it belongs to.")
    }

    static var withoutPassword: ClientError {
        ClientError(
            .wrongPassword, "The archive has no password.",
            hint: "Use a recovery code, or a device that is signed in.")
    }

    static var wrongPassword: ClientError {
        ClientError(
            .wrongPassword, "That is not the archive's password.",
            hint: "It is the one that you had when the archive was made.")
    }

    static var wrongRecoveryCode: ClientError {
        ClientError(
            .wrongPassword, "The archive has nothing that this recovery code opens.",
            hint: "It takes the codes that you had when the archive was made, and the password of then.")
    }

    static var tooOld: ClientError {
        ClientError(
            .rolledBack, "The archive is older than the last change of your keys or ways in.",
            hint: "Use a newer one: export again after each change of them.")
    }

    static func notAuthentic(_ what: String) -> ClientError {
        ClientError(
            .notAuthentic, "\(what) in the archive is not what you stored at your key store.",
            hint: "Use another copy of the archive.")
    }
}
