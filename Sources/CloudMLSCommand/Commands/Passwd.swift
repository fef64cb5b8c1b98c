import ArgumentParser
import CloudMLSClient
import CommandSupport
import KeyHierarchy

struct Passwd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change your password on both servers.",
        discussion: """
            Takes a moment, however much is stored: nothing is encrypted anew. Your other devices are signed out, \
            unless --keep-sessions. If it is interrupted, run it again with the same two passwords; until then the \
            key store may have the new one and the other server the old one, and `sign-in` says so.

            A new password does not lock out somebody who got hold of your keys: `cloudmls rotate` does.

            To hash the same password in a slower way: --same --kdf-time 1s.

            Example:
              cloudmls passwd --password-file password --new-password-file new-password
            """)

    @Option(help: ArgumentHelp("Read the new password from a file; - is standard input.", valueName: "file"))
    var newPasswordFile: String?
    @Flag(help: "Keep the password, and hash it anew.")
    var same = false
    @Flag(help: "Leave your other devices signed in.")
    var keepSessions = false
    @Flag(help: "Take a way of hashing that is weaker than the present one.")
    var allowWeaker = false
    @OptionGroup(title: "Hashing the password") var kdf: KDFOptions
    @OptionGroup var session: SessionOptions

    func validate() throws {
        guard !(same && newPasswordFile != nil) else {
            throw ValidationError("--same keeps the password: leave out --new-password-file")
        }
    }

    func run() async throws {
        // With --no-session the password is asked for to sign in with, and is the current one.
        let known = session.noSession ? try session.password.password() : nil
        try await session.using(try await session.resume(password: known)) { context in
            let waysIn = WaysIn(context)
            let hasPassword = try await waysIn.list().contains { $0.kind == .password }
            guard hasPassword || !same else {
                throw CommandFailure(.usage, "there is no password yet", advice: "leave out --same.")
            }
            var current = hasPassword ? known : nil
            if hasPassword, current == nil {
                current = try session.password.password(prompt: same ? "Password" : "Current password")
            }
            var new = current
            if !same {
                new = try PasswordOptions.read(file: newPasswordFile, new: true, prompt: "New password")
            }
            guard let new else { return }
            let parameters = try await kdf.parameters()
            Terminal.note("Deriving keys from the password …")
            let changed = try await waysIn.changePassword(
                current: current, new: new, parameters: parameters, allowsWeakerHash: allowWeaker,
                keepsSessions: keepSessions)
            if session.json { return try JSONOutput.write(["changed": changed.map(\.rawValue)]) }
            Terminal.writeOutput(
                changed.isEmpty
                    ? "Both servers have this password already.\n" : "The password is changed on both servers.\n")
        }
    }
}
