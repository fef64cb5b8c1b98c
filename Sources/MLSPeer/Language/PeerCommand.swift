/// One line: a verb and its arguments, `verb name=value name=value`.
struct PeerCommand {
    let verb: String
    let arguments: PeerArguments

    /// - Returns: `nil` for a line without a command: an empty one, or a remark that begins with `#`.
    /// - Throws: `usage` for an argument without `=`, or one that is there twice.
    init?(line: String) throws(PeerError) {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard let verb = words.first, !verb.hasPrefix("#") else { return nil }
        var values: [String: String] = [:]
        for word in words.dropFirst() {
            guard let sign = word.firstIndex(of: "="), sign > word.startIndex else {
                throw PeerError(.usage, "\(word) is not name=value")
            }
            let name = String(word[..<sign])
            guard values.updateValue(String(word[word.index(after: sign)...]), forKey: name) == nil else {
                throw PeerError(.usage, "\(name) is there twice")
            }
        }
        self.verb = String(verb)
        arguments = PeerArguments(values)
    }
}
