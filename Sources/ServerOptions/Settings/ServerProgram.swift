public import ArgumentParser
import CommandSupport
import Foundation
import ServerKit

/// Runs a server's command line, with what the environment and the configuration file add to it.
public enum ServerProgram<Served: ServedRole> {
    /// Runs the command that the process was started with.
    /// - Parameter root: the command that has the others below it; its default one serves.
    public static func main(_ root: any AsyncParsableCommand.Type) async {
        let commandLine = Array(CommandLine.arguments.dropFirst())
        do {
            let (arguments, settings) = try prepare(
                root, commandLine, environment: ProcessInfo.processInfo.environment)
            await SettingsReport.$current.withValue(settings) { await root.main(arguments) }
        } catch let error as StartupError {
            Terminal.complain("\(Served.programName): \(error.message)")
            exit(error.exitCode.rawValue)
        } catch {
            Terminal.complain("\(Served.programName): the table of settings cannot be made: \(error)")
            exit(70)
        }
    }

    /// The command line with the options that other places give, and all settings with where they are from.
    static func prepare(
        _ root: any AsyncParsableCommand.Type, _ commandLine: [String], environment: [String: String]
    ) throws -> (arguments: [String], settings: [SettingValue]) {
        let asksForHelp = commandLine.contains { argument in
            ["--help", "-h", "help"].contains(argument) || argument.hasPrefix("--experimental-")
                || argument.hasPrefix("--generate-")
        }
        let table = try SettingsTable(root, secrets: Served.secretSettings)
        let command = commandLine.first.flatMap { table.namesByCommand[$0] == nil ? nil : $0 }
        if asksForHelp || (command == nil && commandLine.first.map { !$0.hasPrefix("-") } == true) {
            return (commandLine, [])
        }
        let resolver = SettingsResolver(table: table, environment: environment, commandLine: commandLine)
        let settings = try resolver.resolve()
        for variable in resolver.unknownVariables() {
            Terminal.complain("\(Served.programName): warning: the environment's \(variable) is no setting.")
        }
        let name = command ?? table.defaultCommand
        let taken = table.namesByCommand[name] ?? []
        var added: [String] = []
        for value in settings where taken.contains(value.setting.name) {
            let options = value.options
            try check(options, of: value, by: root, table.defaultCommand)
            // A command that takes one value of what the server takes several of gets the first.
            added += name == table.defaultCommand ? options : Array(options.prefix(1))
        }
        return ([name] + added + commandLine.dropFirst(command == nil ? 0 : 1), settings)
    }

    /// Says which place gives a value that cannot be one, before it is one option among others.
    private static func check(
        _ options: [String], of value: SettingValue, by root: any AsyncParsableCommand.Type, _ command: String
    ) throws(StartupError) {
        guard !options.isEmpty else { return }
        do {
            _ = try root.parseAsRoot([command] + options)
        } catch {
            throw StartupError(.configuration, "\(value.source): \(root.message(for: error))")
        }
    }
}

extension SettingValue {
    /// What to add to the command line for it; nothing where that or a default says it already.
    fileprivate var options: [String] {
        switch source {
        case .commandLine, .default: []
        default:
            switch setting.kind {
            case .flag: values == ["true"] ? ["--\(setting.name)"] : []
            case .value, .list: values.map { "--\(setting.name)=\($0)" }
            }
        }
    }
}
