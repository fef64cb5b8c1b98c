import ArgumentParser
import CloudMLSClient
import CommandSupport
import KeyHierarchy

struct SlotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slot",
        abstract: "Your ways in: the password, recovery codes, devices.",
        discussion: "Each one signs in at both servers and opens what you store there. The last one cannot go.",
        subcommands: [List.self, Add.self, Test.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List your ways in.",
            discussion: """
                A way in that does not work at both servers is what is left of adding or removing one that was cut \
                short: remove it.

                Example:
                  cloudmls slot list
                """)

        @OptionGroup var session: SessionOptions

        func run() async throws {
            try await session.using(try await session.resume()) { context in
                let rows = try await WaysIn(context).list().map { WayInReport($0) }
                if session.json { return try JSONOutput.write(["slots": rows]) }
                for row in rows { Terminal.writeOutput(row.line) }
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a recovery code, or give this device a key of its own.",
            discussion: """
                A recovery code is shown once: write it down, and keep it where you keep what matters. With a key of \
                its own a device signs in without a password, until you remove it here or on another device.

                Example:
                  cloudmls slot add recovery --name "in the safe"
                """)

        enum Kind: String, ExpressibleByArgument, CaseIterable {
            case recovery
            case device
        }

        @Argument(help: "recovery or device.")
        var kind: Kind
        @Option(help: ArgumentHelp("What you call it; the kind and today's date otherwise.", valueName: "text"))
        var name: String?
        @OptionGroup var session: SessionOptions

        func validate() throws {
            guard kind != .device || !session.noSession else {
                throw ValidationError("a device's key is kept on the device: leave out --no-session")
            }
        }

        func run() async throws {
            try await session.using(try await session.resume()) { context in
                let waysIn = WaysIn(context)
                let name = name ?? "\(kind.rawValue) of \(WayInReport.day(context.environment.now()))"
                switch kind {
                case .recovery:
                    try await waysIn.addRecoveryCode(name: name) { code in
                        if session.json { return try JSONOutput.write(["recoveryCode": code.text, "name": name]) }
                        Terminal.writeOutput("\(code.text)\n")
                    }
                    if session.json { return }
                    Terminal.note(
                        "This code is shown this once. Write it down, then try it with `cloudmls slot test recovery`.")
                case .device:
                    try await waysIn.addDevice(name: name)
                    if session.json { return try JSONOutput.write(["name": name]) }
                    Terminal.writeOutput("This device signs in with `cloudmls sign-in --device-key` from now on.\n")
                }
            }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove that a password, recovery code or this device's key opens both servers; nothing changes.",
            discussion: """
                Example:
                  cloudmls slot test recovery --code-file paper
                """)

        enum Kind: String, ExpressibleByArgument, CaseIterable {
            case password
            case recovery
            case device
        }

        @Argument(help: "password, recovery or device.")
        var kind: Kind
        @Option(
            help: ArgumentHelp("Read the recovery code from a file. Asked for otherwise.", valueName: "file"))
        var codeFile: String?
        @OptionGroup var session: SessionOptions

        func run() async throws {
            try await session.using(try await session.resume()) { context in
                let secret: WaysIn.Secret
                switch kind {
                case .password: secret = .password(try session.password.password())
                case .recovery: secret = .recovery(try RecoveryCodeInput.read(file: codeFile))
                case .device: secret = .device
                }
                try await WaysIn(context).test(secret)
                if session.json { return try JSONOutput.write(["opens": true]) }
                Terminal.writeOutput("It opens both servers.\n")
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a way in; whoever is signed in with it is signed out.",
            discussion: """
                Somebody who signed in with it before may have copied your keys: `cloudmls rotate --evict` locks \
                them out.

                Example:
                  cloudmls slot remove "in the safe"
                """)

        @Argument(help: "Its name, the first digits of its id, or its kind where there is one of that kind.")
        var slot: String
        @OptionGroup var session: SessionOptions

        func run() async throws {
            try await session.using(try await session.resume()) { context in
                let waysIn = WaysIn(context)
                let way = try await waysIn.find(slot)
                try await waysIn.remove(way)
                if session.json { return try JSONOutput.write(["removed": way.id]) }
                Terminal.writeOutput("Removed.\n")
            }
        }
    }
}
