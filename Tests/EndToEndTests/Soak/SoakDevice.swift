import Foundation
import Synchronization
import TestSupport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A device of a soak: one command after the other in a process of its own, any of which may be killed.
final class SoakDevice: Sendable {
    let user: String
    let name: String
    private let device: Device
    private let origin: String
    private let record: SoakRecord
    private let running = Mutex<ChildProcess?>(nil)

    /// A status that says that something was in the way, and not that something is wrong: a server that is not there, another
    /// device that was faster, a name that is not known yet, a session that a change of the password ended, a kill.
    private static let expected: Set<Int32> = [0, 67, 69, 73, 75, 77, 128 + SIGKILL]

    init(_ user: String, number: Int, at origin: String, in place: TemporaryFolder, _ record: SoakRecord) throws {
        self.user = user
        name = "\(user)-\(number)"
        device = Device(home: try place.folder("device-\(name)"), place: place)
        self.origin = origin
        self.record = record
    }

    /// Kills the command that it runs.
    ///
    /// - Returns: whether there was one.
    func kill() -> Bool {
        running.withLock { process in
            guard let process, !process.hasEnded else { return false }
            process.signal(SIGKILL)
            return true
        }
    }

    /// Runs a command; signs in again where the session is over.
    @discardableResult
    func run(_ arguments: String..., input: String = "") async throws -> ChildProcess.Outcome {
        let outcome = try await runOnce(arguments, input: input)
        if outcome.status == 77, outcome.errors.contains("sign-in") { _ = try await signIn() }
        return outcome
    }

    func runOnce(_ arguments: [String], input: String = "") async throws -> ChildProcess.Outcome {
        let process = try ChildProcess(
            Executables.url(Executables.cloudmls), arguments, environment: device.environment,
            input: Data(input.utf8), folder: device.place.url, name: name)
        running.withLock { $0 = process }
        let outcome = try await process.outcome()
        running.withLock { $0 = nil }
        await record.count(outcome.status)
        if !Self.expected.contains(outcome.status) {
            await record.note(
                "\(name): \(arguments.joined(separator: " ")): status \(outcome.status): \(outcome.errors)")
        }
        return outcome
    }

    /// Signs in with whichever password it is now.
    func signIn() async throws -> Bool {
        for password in await record.candidates(user) {
            let outcome = try await runOnce(
                ["sign-in", user, "--auth-delivery", origin, "--password-file", "-"], input: password + "\n")
            if outcome.status == 0 || outcome.status == 73 { return true }
        }
        return false
    }

    /// The user's first device: signs up with an account.
    func signUp(code: URL, folder: URL) async throws {
        let password = World.password(of: user) + "\n"
        _ = try await runOnce(
            [
                "sign-up", user, "--auth-delivery", origin, "--setup-code-file", code.path, "--password-file", "-",
                "--kdf-time", "10ms",
            ], input: password)
        _ = try await runOnce(["account", "add", "folder:\(user)", "--folder", folder.path])
    }

    // MARK: What people do

    func send(_ text: String, to group: String) async throws {
        let readers = await record.readers(in: group)
        let outcome = try await run("send", group, input: text)
        // One that was killed may have been sent: it is not counted on, but may be shown.
        if outcome.status == 0 { await record.sent(text, in: group, readers: readers) }
    }

    func read(_ group: String) async throws {
        let outcome = try await run("read", group, "--json")
        guard outcome.status == 0 else { return }
        await record.shown(try Self.texts(outcome.output), on: name)
    }

    /// All texts that it can read in a group; nil where the command failed.
    func everything(_ group: String) async throws -> Set<String>? {
        let outcome = try await run("read", group, "--all", "--json")
        return outcome.status == 0 ? Set(try Self.texts(outcome.output)) : nil
    }

    private static func texts(_ output: String) throws -> [String] {
        try JSONDecoder().decode(ShownMessages.self, from: Data(output.utf8)).messages.compactMap(\.text)
    }

    func create(_ group: String, with users: [String]) async throws {
        let members = users.flatMap { ["--member", "folder:\($0)"] }
        let outcome = try await runOnce(["group", "create", group] + members)
        if outcome.status == 0 { await record.added([user] + users, to: group) }
    }

    func add(_ other: String, to group: String) async throws {
        let outcome = try await run("group", "add", group, "folder:\(other)")
        if outcome.status == 0 { await record.added([other], to: group) }
    }

    func remove(_ other: String, from group: String) async throws {
        await record.goes(other, from: group)
        try await run("group", "remove", group, "folder:\(other)")
    }

    func changePassword(to new: String) async throws {
        guard let old = await record.candidates(user).first else { return }
        await record.begins(new, of: user)
        let files = [
            try device.place.file("old-\(name)", old + "\n").path,
            try device.place.file("new-\(name)", new + "\n").path,
        ]
        // Until both servers have it: only the same two passwords finish what was begun.
        for _ in 0..<20 {
            let outcome = try await run(
                "passwd", "--password-file", files[0], "--new-password-file", files[1], "--kdf-time", "10ms",
                "--allow-weaker")
            if outcome.status == 0 { return await record.finished(new, of: user) }
        }
        await record.note("\(name): passwd did not finish in 20 tries")
    }

    func rotate() async throws {
        guard let password = await record.candidates(user).last else { return }
        try await run("rotate", "--password-file", "-", input: password + "\n")
    }
}
