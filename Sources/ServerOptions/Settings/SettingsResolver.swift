import Foundation
import ServerKit

/// Puts together what the command line, the environment, the configuration file and the defaults say, in this order of
/// precedence.
struct SettingsResolver {
    let table: SettingsTable
    let environment: [String: String]
    /// After the program's name.
    let commandLine: [String]

    /// - Returns: the value of every setting, in the order of the table.
    func resolve() throws(StartupError) -> [SettingValue] {
        let given = givenOptions()
        let path = given[Setting.configurationFile]?.last ?? environment[Self.fileVariable]
        let file = try path.map { path throws(StartupError) in try SettingsFile(path: path) }
        let inFile = try file?.values(table.settings) ?? [:]
        var resolved: [SettingValue] = []
        for setting in table.settings {
            if let values = given[setting.name] {
                resolved.append(SettingValue(setting: setting, values: values, source: .commandLine))
            } else if let found = try inEnvironment(setting) {
                resolved.append(found)
            } else if let path, let found = inFile[setting.name] {
                resolved.append(
                    SettingValue(
                        setting: setting, values: try flagChecked(found.values, setting, "\(path), line \(found.line)"),
                        source: .file(path: path, line: found.line)))
            } else {
                resolved.append(
                    SettingValue(
                        setting: setting, values: setting.defaultValue.map { [$0] } ?? [], source: .default))
            }
        }
        return resolved
    }

    /// Variables that look like settings and are none.
    func unknownVariables() -> [String] {
        let known = Set(table.settings.flatMap { [$0.variable, $0.variable + "_FILE"] } + [Self.fileVariable])
        return environment.keys.filter { $0.hasPrefix(Setting.variablePrefix) && !known.contains($0) }.sorted()
    }

    private static let fileVariable = Setting.variablePrefix + Setting.configurationFile.uppercased()

    private func inEnvironment(_ setting: Setting) throws(StartupError) -> SettingValue? {
        let fileVariable = setting.variable + "_FILE"
        switch (environment[setting.variable], environment[fileVariable]) {
        case (nil, nil):
            return nil
        case (let text?, nil):
            return SettingValue(
                setting: setting, values: try flagChecked(setting.values(in: text), setting, setting.variable),
                source: .environment(variable: setting.variable))
        case (nil, let path?):
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw StartupError(.configuration, "\(fileVariable): cannot read \(path).")
            }
            let value = text.hasSuffix("\n") ? String(text.dropLast()) : text
            return SettingValue(
                setting: setting, values: try flagChecked(setting.values(in: value), setting, fileVariable),
                source: .environmentFile(variable: fileVariable, path: path))
        case (_?, _?):
            throw StartupError(.configuration, "Give \(setting.variable) or \(fileVariable), not both.")
        }
    }

    private func flagChecked(
        _ values: [String], _ setting: Setting, _ place: String
    ) throws(StartupError) -> [String] {
        guard setting.kind == .flag, let text = values.first?.lowercased() else { return values }
        if ["true", "yes", "on", "1"].contains(text) { return ["true"] }
        if ["false", "no", "off", "0"].contains(text) { return ["false"] }
        throw StartupError(.configuration, "\(place): \(setting.name) takes true or false.")
    }

    /// The options on the command line by their first name, with their values as they stand.
    private func givenOptions() -> [String: [String]] {
        var given: [String: [String]] = [:]
        var rest = commandLine[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else { continue }
            if argument == "--" { break }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            let setting = table.settings.first { $0.name == name || $0.aliases.contains(name) }
            guard setting != nil || name == Setting.configurationFile else { continue }
            if setting?.kind == .flag {
                given[name] = ["true"]
            } else if let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() {
                given[setting?.name ?? name, default: []].append(value)
            }
        }
        for setting in table.settings where setting.kind == .value {
            // The last one counts.
            if let values = given[setting.name] { given[setting.name] = values.suffix(1) }
        }
        return given
    }
}
