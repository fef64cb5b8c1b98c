import ArgumentParser
import CloudMLSAPI
import CloudMLSClient
import CommandSupport
import KeyHierarchy

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The client folder, the session in it, and how answers look: what every command takes.
struct SessionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The client folder; $XDG_DATA_HOME/cloudmls or ~/.local/share/cloudmls otherwise.", valueName: "folder"))
    var home: String?
    @Flag(help: "Keep no session on this device: ask for the password each time.")
    var noSession = false
    @OptionGroup var password: PasswordOptions
    @Flag(help: "Answer with one line of JSON, for scripts.")
    var json = false
    @OptionGroup(visibility: .private) var points: PointOptions

    /// Where the client folder remembers who signed in with --no-session, so that the password is all that is asked for.
    static let userWithoutSession = "without-session"

    private static var nobodyWithoutSession: CommandFailure {
        CommandFailure(
            .notPermitted, "nobody signed in with --no-session on this device",
            advice: "run `cloudmls sign-in --no-session` once.")
    }

    func signUp(
        name: String, authDelivery: String, setupCode: String, kdf: KDFOptions
    ) async throws -> ClientContext {
        let name = try Self.userName(name)
        let origin = try origin(authDelivery)
        guard let code = try? SetupCode(text: setupCode) else {
            throw CommandFailure(
                .badData, "that is not a setup code",
                advice: "copy the whole setup code; `key-store-server invite` makes another one.")
        }
        let password = try password.password(new: true)
        let folder = try folder()
        var environment = ClientEnvironment.system
        if let parameters = try await kdf.parameters() { environment.kdfDefault = parameters }
        Terminal.note("Deriving keys from the password …")
        let context = try await authenticator(folder, environment).signUp(
            userName: name, password: password, authDelivery: origin, keyStore: .setupCode(code))
        try await remember(name, origin, in: folder)
        return context
    }

    /// - Parameter keyStorePasswordFile: the key store's password where it differs, after a change that was cut short.
    func signIn(name: String, authDelivery: String, keyStorePasswordFile: String?) async throws -> ClientContext {
        let name = try Self.userName(name)
        let origin = try origin(authDelivery)
        let password = try password.password()
        let keyStorePassword = try keyStorePasswordFile.map { file throws(CommandFailure) in
            try PasswordOptions.read(file: file, new: false, prompt: "Password of the key store")
        }
        let folder = try folder()
        let context: ClientContext
        do {
            context = try await signIn(name, password, origin, folder, keyStorePassword)
        } catch let error as ClientError
            where error.code == .passwordsDiffer && keyStorePassword == nil && Terminal.inputIsTerminal
        {
            Terminal.note(error.message)
            let other = try PasswordOptions.read(file: nil, new: false, prompt: "Password of the key store")
            context = try await signIn(name, password, origin, folder, other)
        }
        try await remember(name, origin, in: folder)
        return context
    }

    /// Signs in with this device's own key.
    func signInWithDeviceKey(name: String, authDelivery: String) async throws -> ClientContext {
        let name = try Self.userName(name)
        let origin = try origin(authDelivery)
        return try await authenticator(folder()).signInWithDeviceKey(userName: name, authDelivery: origin)
    }

    /// Signs in with a recovery code.
    func recover(name: String, authDelivery: String, code: RecoveryCode) async throws -> ClientContext {
        let name = try Self.userName(name)
        let origin = try origin(authDelivery)
        let folder = try folder()
        let context = try await authenticator(folder).signIn(
            userName: name, recoveryCode: code, authDelivery: origin)
        try await remember(name, origin, in: folder)
        return context
    }

    /// The user who is signed in. Asks for the password with --no-session only.
    /// - Parameter known: the password, where it was asked for already.
    func resume(password known: Password? = nil) async throws -> ClientContext {
        let folder = try folder()
        guard noSession else { return try await authenticator(folder).resume() }
        guard let user = try await remembered(in: folder) else { throw Self.nobodyWithoutSession }
        return try await signIn(
            user.userName, try known ?? password.password(), user.authDelivery, folder, nil)
    }

    /// Who signed in with --no-session; nil where nobody did.
    func remembered(in folder: ClientFolder) async throws -> (userName: UserName, authDelivery: Origin)? {
        guard let stored = try await folder.read(Self.userWithoutSession),
            let words = String(validating: stored, as: UTF8.self)?.split(separator: " "), words.count == 2
        else { return nil }
        return (try Self.userName(String(words[0])), try origin(String(words[1])))
    }

    /// Does a command's work for the user who is signed in.
    func open(_ work: (Session) async throws -> Void) async throws {
        try await using(try await resume()) { context in
            let session = Session(context)
            await session.renewKeyPackages()
            try await work(session)
        }
    }

    /// Works with a context. With --no-session nothing of it lasts, so the servers' sessions end with it; one that cannot
    /// be ended expires by itself.
    func using(_ context: ClientContext, _ work: (ClientContext) async throws -> Void) async throws {
        do {
            try await work(context)
        } catch {
            if noSession { await context.logOut() }
            throw error
        }
        if noSession { await context.logOut() }
    }

    /// With --no-session there are no keys and no sessions to end: the device forgets who signed in.
    ///
    /// - Parameter keepingDeviceKey: whether this device's own key stays, to sign in with again.
    func signOut(keepingDeviceKey: Bool) async throws {
        let folder = try folder()
        let remembered = try await folder.read(Self.userWithoutSession)
        if noSession {
            try await folder.write(Self.userWithoutSession, nil)
            guard remembered != nil else { throw Self.nobodyWithoutSession }
            return
        }
        let authenticator = authenticator(folder)
        let removed = keepingDeviceKey ? 0 : try await removeDeviceKeys(authenticator)
        try await folder.write(Self.userWithoutSession, nil)
        do {
            for problem in try await authenticator.signOut() {
                Terminal.writeError("note: \(Terminal.safe(problem.message))\n")
            }
        } catch let error as ClientError where error.code == .notSignedIn && removed > 0 {
            Terminal.writeError("note: nobody was signed in; this device's key is removed.\n")
        }
    }

    private func removeDeviceKeys(_ authenticator: Authenticator) async throws -> Int {
        do {
            return try await authenticator.removeDeviceKeys()
        } catch let error as ClientError {
            throw CommandFailure(
                ExitStatus(error.code), "this device's key could not be removed: \(error.message)",
                advice: "add another way in if it is the last one, try again when the servers are there, or sign out "
                    + "with --keep-device-key, which leaves the key on this device.")
        }
    }

    /// Says who is signed in, and what they should know.
    func report(_ context: ClientContext, done: String) throws {
        for notice in context.notices {
            Terminal.writeError("note: \(notice.text)\n")
        }
        if json {
            return try JSONOutput.write([
                "user": context.userName.rawValue, "authDelivery": context.authDeliveryOrigin.rawValue,
                "keyStore": context.keyStoreOrigin.rawValue,
            ])
        }
        Terminal.writeOutput(
            """
            \(done) \(context.userName).
            Authentication and delivery: \(context.authDeliveryOrigin)
            Key store:                   \(context.keyStoreOrigin)

            """)
    }

    private func signIn(
        _ name: UserName, _ password: Password, _ origin: Origin, _ folder: ClientFolder,
        _ keyStorePassword: Password?
    ) async throws -> ClientContext {
        Terminal.note("Deriving keys from the password …")
        return try await authenticator(folder).signIn(
            userName: name, password: password, authDelivery: origin, keyStorePassword: keyStorePassword)
    }

    func remember(_ name: UserName, _ origin: Origin, in folder: ClientFolder) async throws {
        let text: [UInt8]? = noSession ? Array("\(name) \(origin)".utf8) : nil
        try await folder.write(Self.userWithoutSession, text)
    }

    func authenticator(
        _ folder: ClientFolder, _ environment: ClientEnvironment = .system
    ) -> Authenticator {
        var environment = environment
        environment.observer = points.observer
        return noSession
            ? Authenticator(withoutSession: folder, environment: environment)
            : Authenticator(folder: folder, environment: environment)
    }

    func folder() throws -> ClientFolder { try ClientFolder(path: folderPath()) }

    private func folderPath() throws(CommandFailure) -> String {
        if let home { return home }
        if let data = Self.environment("XDG_DATA_HOME"), data.hasPrefix("/") { return data + "/cloudmls" }
        if let user = Self.environment("HOME"), user.hasPrefix("/") { return user + "/.local/share/cloudmls" }
        throw CommandFailure(
            .configuration, "there is no home directory to keep the client folder in", advice: "give --home.")
    }

    private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    static func userName(_ text: String) throws(CommandFailure) -> UserName {
        guard let name = try? UserName(typed: text) else {
            throw CommandFailure(
                .usage, "'\(text)' cannot be a user name", advice: "use 3 to 64 of a-z, 0-9, dot, _ and -.")
        }
        return name
    }

    func origin(_ text: String) throws(CommandFailure) -> Origin {
        guard let origin = try? Origin(typed: text) else {
            throw CommandFailure(
                .usage, "'\(text)' is not a server's address",
                advice: "give an address such as https://ad.example.org or http://127.0.0.1:7465.")
        }
        return origin
    }
}

extension SignInNotice {
    var text: String {
        switch self {
        case .weakPasswordHash:
            "the password is hashed in a way that is no longer recommended: `cloudmls passwd --same` hashes it anew."
        case .keyStoreRestored: "the key store was restored from a backup since this device saw it last."
        case .waysInDiffer:
            "the ways into the key store are not the ones that were there: a change was cut short, or an old one is back."
        }
    }
}
