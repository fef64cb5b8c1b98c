/// A file holds no list of entries at all.
package struct VectorFileError: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}

extension DecodingError {
    /// Where in an entry it is, and what is wrong there.
    var explanation: String {
        switch self {
        case .keyNotFound(let key, let context): "there is no \(path(context.codingPath + [key]))"
        case .valueNotFound(_, let context): "\(path(context.codingPath)) is null"
        case .typeMismatch(_, let context), .dataCorrupted(let context):
            "\(path(context.codingPath)): \(context.debugDescription)"
        @unknown default: String(describing: self)
        }
    }

    private func path(_ keys: [any CodingKey]) -> String {
        // The first is the entry's place in the file.
        let steps = keys.dropFirst().map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }
        return steps.isEmpty ? "the entry" : String(steps.joined().drop { $0 == "." })
    }
}
