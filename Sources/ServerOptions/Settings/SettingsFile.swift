import Foundation
import ServerKit

/// A configuration file: a line `key = value` for each setting, again for each further value of a list. Lines that begin
/// with `#` are comments. A value goes to the end of its line; quotes around it are taken off.
struct SettingsFile: Sendable {
    struct Entry: Sendable, Hashable {
        var key: String
        var value: String
        /// From 1.
        var line: Int
    }

    let path: String
    let entries: [Entry]

    /// - Throws: `StartupError` that names the line.
    init(path: String) throws(StartupError) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw StartupError(.configuration, "Cannot read the configuration file \(path) (--config).")
        }
        try self.init(text, path: path)
    }

    init(_ text: String, path: String) throws(StartupError) {
        self.path = path
        var entries: [Entry] = []
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, line) in lines.enumerated() {
            let content = line.trimmingCharacters(in: .whitespaces)
            if content.isEmpty || content.hasPrefix("#") { continue }
            let parts = content.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, !parts[0].isEmpty else {
                throw StartupError(.configuration, "\(path), line \(index + 1): not of the form key = value.")
            }
            entries.append(Entry(key: parts[0], value: Self.unquoted(parts[1]), line: index + 1))
        }
        self.entries = entries
    }

    private static func unquoted(_ value: String) -> String {
        value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
            ? String(value.dropFirst().dropLast()) : value
    }

    /// The values of each setting, with the line of the first.
    /// - Throws: `StartupError` for a key that is none, or a second value of what takes one.
    func values(_ settings: [Setting]) throws(StartupError) -> [String: (values: [String], line: Int)] {
        var found: [String: (values: [String], line: Int)] = [:]
        for entry in entries {
            guard let setting = settings.first(where: { $0.name == entry.key || $0.aliases.contains(entry.key) }) else {
                throw StartupError(
                    .configuration,
                    "\(path), line \(entry.line): there is no setting \"\(entry.key)\". `config` lists all of them.")
            }
            if let before = found[setting.name], setting.kind != .list {
                throw StartupError(
                    .configuration,
                    "\(path), line \(entry.line): \"\(entry.key)\" is in line \(before.line) already.")
            }
            let line = found[setting.name]?.line ?? entry.line
            found[setting.name] = ((found[setting.name]?.values ?? []) + setting.values(in: entry.value), line)
        }
        return found
    }
}
