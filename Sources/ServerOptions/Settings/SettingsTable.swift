import ArgumentParser
import Foundation

/// The options of a program's commands, read from ArgumentParser's own description of them.
struct SettingsTable: Sendable {
    /// Of the command that serves: all there are.
    let settings: [Setting]
    /// The names that each command takes.
    let namesByCommand: [String: Set<String>]
    let defaultCommand: String

    /// - Parameter secrets: names of settings that are never shown.
    init(_ root: any ParsableCommand.Type, secrets: Set<String>) throws {
        let program = try JSONDecoder().decode(Description.self, from: Data(root._dumpHelp().utf8)).command
        guard let defaultCommand = root.configuration.defaultSubcommand?._commandName,
            let serve = program.subcommands?.first(where: { $0.commandName == defaultCommand })
        else { throw NoDefaultCommand() }
        self.defaultCommand = defaultCommand
        settings = (serve.arguments ?? []).compactMap { $0.setting(secrets: secrets) }
        namesByCommand = Dictionary(
            (program.subcommands ?? []).map { command in
                (command.commandName, Set((command.arguments ?? []).flatMap { $0.longNames }))
            }, uniquingKeysWith: { first, _ in first })
    }

    struct NoDefaultCommand: Error {}

    /// The part of `--experimental-dump-help` that is needed here.
    private struct Description: Decodable {
        var command: Command
    }

    private struct Command: Decodable {
        var commandName: String
        var subcommands: [Command]?
        var arguments: [Argument]?
    }

    private struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String
        }

        var kind: String
        var isRepeating: Bool
        var names: [Name]?
        var defaultValue: String?
        var abstract: String?
        var sectionTitle: String?

        var longNames: [String] { (names ?? []).filter { $0.kind == "long" }.map(\.name) }

        func setting(secrets: Set<String>) -> Setting? {
            guard let name = longNames.first, !["help", "version", Setting.configurationFile].contains(name) else {
                return nil
            }
            let kind: Setting.Kind? =
                switch kind {
                case "option": isRepeating ? .list : .value
                case "flag": .flag
                default: nil
                }
            guard let kind else { return nil }
            return Setting(
                name: name, aliases: Array(longNames.dropFirst()), kind: kind,
                defaultValue: kind == .flag ? "false" : defaultValue, help: abstract ?? "", section: sectionTitle,
                isSecret: secrets.contains(name))
        }
    }
}
