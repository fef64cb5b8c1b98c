import CommandSupport

import class Foundation.JSONEncoder

/// Answers for scripts: one JSON document with sorted keys on one line.
enum JSONOutput {
    static func write(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Terminal.writeOutput(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    }
}
