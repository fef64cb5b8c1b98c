import Foundation

/// What `config` prints.
package enum SettingsReport {
    /// The settings of the running command.
    @TaskLocal package static var current: [SettingValue] = []

    private struct Row: Encodable {
        var name: String
        var value: [String]?
        var source: String
        var variable: String
        var help: String
        var isSecret: Bool
    }

    private struct Document: Encodable {
        var settings: [Row]
    }

    /// - Parameter defaults: by name, what a setting without a value comes down to.
    package static func text(_ settings: [SettingValue], defaults: [String: String]) -> String {
        let names = settings.map { $0.setting.name }
        let values = settings.map { shown($0, defaults).map { $0.joined(separator: " ") } ?? "-" }
        let widths = (names.map(\.count).max() ?? 0, min(60, values.map(\.count).max() ?? 0))
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        return zip(settings, zip(names, values)).map { setting, texts in
            "\(padded(texts.0, widths.0))  \(padded(texts.1, widths.1))  \(setting.source)"
        }.joined(separator: "\n")
    }

    package static func json(_ settings: [SettingValue], defaults: [String: String]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let rows = settings.map { value in
            Row(
                name: value.setting.name, value: shown(value, defaults), source: "\(value.source)",
                variable: value.setting.variable, help: value.setting.help, isSecret: value.setting.isSecret)
        }
        return String(decoding: try encoder.encode(Document(settings: rows)), as: UTF8.self)
    }

    private static func shown(_ value: SettingValue, _ defaults: [String: String]) -> [String]? {
        if value.values.isEmpty { return defaults[value.setting.name].map { [$0] } }
        return value.setting.isSecret ? ["(hidden)"] : value.values
    }
}
