import ArgumentParser
import CloudMLSAPI
import CloudMLSClient
import CommandSupport
import KeyHierarchy

/// Who an archive belongs to and what opens it, on a device that is not signed in.
struct ImportOptions: ParsableArguments {
    @Option(help: "Your user name, where this device is not signed in.")
    var user: String?
    @Option(
        help: ArgumentHelp(
            "Address of the authentication and delivery server, where this device is not signed in.", valueName: "url"))
    var authDelivery: String?
    @Option(
        help: ArgumentHelp(
            "Read the archive's password from a file, where you changed yours since you made it.", valueName: "file"))
    var archivePasswordFile: String?
    @Option(
        help: ArgumentHelp(
            "Read a recovery code from a file, where the password is lost: you set a new one then.", valueName: "file"))
    var recoveryCodeFile: String?
    @Option(
        help: ArgumentHelp(
            "With --recovery-code-file: read the new password from a file; - is standard input.", valueName: "file"))
    var newPasswordFile: String?

    func validate() throws {
        guard (user == nil) == (authDelivery == nil) else {
            throw ValidationError("--user and --auth-delivery go together")
        }
        guard recoveryCodeFile == nil || (user != nil && archivePasswordFile == nil) else {
            throw ValidationError("--recovery-code-file takes --user and --auth-delivery, and no password")
        }
        guard newPasswordFile == nil || recoveryCodeFile != nil else {
            throw ValidationError("--new-password-file goes with --recovery-code-file")
        }
    }

    /// Brings an archive to its new key store, as whoever is signed in or says who they are.
    func bring(
        _ request: ArchiveImport, _ session: SessionOptions, _ progress: @escaping @Sendable (MoveProgress) -> Void
    ) async throws -> Authenticator.Imported {
        let who = try who(session)
        let code = try recoveryCodeFile.map { file throws(CommandFailure) in try RecoveryCodeInput.read(file: file) }
        let password = code == nil ? try session.password.password() : nil
        var other = try archivePasswordFile.map { file throws(CommandFailure) in
            try PasswordOptions.read(file: file, new: false, prompt: Self.archivePrompt)
        }
        let folder = try session.folder()
        let known: (userName: UserName, authDelivery: Origin)?
        if let who { known = who } else { known = session.noSession ? try await session.remembered(in: folder) : nil }
        let authenticator = session.authenticator(folder)
        func bring() async throws -> Authenticator.Imported {
            if let code, let known {
                return try await authenticator.importArchive(
                    request, of: known, recoveryCode: code, progress: progress)
            }
            guard let password else { throw Self.nobody }
            return try await authenticator.importArchive(
                request, of: known, password: password, archivePassword: other, progress: progress)
        }
        let imported: Authenticator.Imported
        do {
            imported = try await bring()
        } catch let error as ClientError where error.code == .notSignedIn && known == nil {
            throw Self.nobody
        } catch let error as ClientError
            where error.code == .passwordsDiffer && other == nil && Terminal.inputIsTerminal
        {
            Terminal.note(error.message)
            other = try PasswordOptions.read(file: nil, new: false, prompt: Self.archivePrompt)
            imported = try await bring()
        }
        if let known { try await session.remember(known.userName, known.authDelivery, in: folder) }
        return imported
    }

    /// Sets a new password where the old one is lost.
    func setPassword(_ context: ClientContext) async throws {
        guard recoveryCodeFile != nil else { return }
        let password = try PasswordOptions.read(file: newPasswordFile, new: true, prompt: "New password")
        Terminal.note("Deriving keys from the password …")
        try await WaysIn(context).changePassword(current: nil, new: password, allowsWeakerHash: true)
    }

    private func who(_ session: SessionOptions) throws -> (userName: UserName, authDelivery: Origin)? {
        guard let user, let authDelivery else { return nil }
        return (try SessionOptions.userName(user), try session.origin(authDelivery))
    }

    private static let archivePrompt = "Password of the archive"

    private static var nobody: CommandFailure {
        CommandFailure(
            .notPermitted, "nobody is signed in on this device",
            advice: "say who you are with --user NAME --auth-delivery URL: then this signs in too.")
    }
}
