/// One row of the configuration table.
///
/// The table is what the option declarations say (`@Option`, `@Flag`) of the command that serves: declaring an option
/// there also makes its environment variable and its key in the configuration file.
package struct Setting: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case value
        case list
        /// Given or not.
        case flag
    }

    /// As in the configuration file, and after `--`.
    package var name: String
    /// Other names of the option.
    package var aliases: [String]
    package var kind: Kind
    /// Nil where leaving it out means something of its own.
    package var defaultValue: String?
    package var help: String
    /// The heading in `--help`.
    package var section: String?
    package var isSecret: Bool

    package init(
        name: String, aliases: [String] = [], kind: Kind, defaultValue: String? = nil, help: String,
        section: String? = nil, isSecret: Bool = false
    ) {
        self.name = name
        self.aliases = aliases
        self.kind = kind
        self.defaultValue = defaultValue
        self.help = help
        self.section = section
        self.isSecret = isSecret
    }

    /// `CLOUDMLS_` and the name in capitals; with `_FILE` behind it, the path of a file that holds the value.
    package var variable: String {
        Self.variablePrefix + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }

    package static let variablePrefix = "CLOUDMLS_"
    /// The option that names the configuration file; it is itself not a setting.
    package static let configurationFile = "config"

    /// The values in a text that may hold several, such as that of a variable.
    func values(in text: String) -> [String] {
        guard kind == .list else { return [text] }
        return text.split { $0 == "," || $0.isWhitespace }.map(String.init)
    }
}

/// Where the value of a setting comes from. What stands further up wins.
package enum SettingSource: Sendable, Hashable, CustomStringConvertible {
    case commandLine
    case environment(variable: String)
    case environmentFile(variable: String, path: String)
    case file(path: String, line: Int)
    case `default`

    package var description: String {
        switch self {
        case .commandLine: "command line"
        case .environment(let variable): "environment, \(variable)"
        case .environmentFile(let variable, let path): "environment, \(variable): \(path)"
        case .file(let path, let line): "\(path), line \(line)"
        case .default: "default"
        }
    }
}

/// A setting with the value that is in force.
package struct SettingValue: Sendable, Hashable {
    package var setting: Setting
    /// None, one or, for a list, several. A flag that is on has `true`.
    package var values: [String]
    package var source: SettingSource

    package init(setting: Setting, values: [String], source: SettingSource) {
        self.setting = setting
        self.values = values
        self.source = source
    }
}
