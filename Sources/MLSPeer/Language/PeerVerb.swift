/// A verb of the language: how it is called, and what it does.
struct PeerVerb: Sendable {
    /// An argument: its name, and the form of its value.
    struct Parameter: Sendable {
        let name: String
        let form: String
        let isRequired: Bool

        static func required(_ name: String, _ form: String) -> Self {
            Self(name: name, form: form, isRequired: true)
        }

        static func optional(_ name: String, _ form: String) -> Self {
            Self(name: name, form: form, isRequired: false)
        }

        var text: String { isRequired ? "\(name)=\(form)" : "[\(name)=\(form)]" }
    }

    let name: String
    let parameters: [Parameter]
    /// What it does, and after `->` the fields of its answer.
    let summary: String
    let run: @Sendable (inout PeerSession, PeerArguments) throws -> PeerAnswer

    init(
        _ name: String, _ parameters: [Parameter], _ summary: String,
        run: @escaping @Sendable (inout PeerSession, PeerArguments) throws -> PeerAnswer
    ) {
        self.name = name
        self.parameters = parameters
        self.summary = summary
        self.run = run
    }

    /// Throws unless all required arguments are there, and no others than the verb's.
    func check(_ arguments: PeerArguments) throws(PeerError) {
        for parameter in parameters where parameter.isRequired { _ = try arguments.text(parameter.name) }
        let unknown = arguments.names.subtracting(parameters.map(\.name))
        if let name = unknown.min() { throw PeerError(.usage, "\(self.name) takes no \(name)=") }
    }

    /// The entry of the manual: the call, what it does, and the fields of its answer.
    var manual: String {
        let parts = summary.split(separator: "->", omittingEmptySubsequences: false)
        var lines = Self.wrapped([name] + parameters.map(\.text), indent: 0)
        for (index, part) in parts.enumerated() {
            let words = (index == 0 ? "" : "-> ") + part
            lines += Self.wrapped(words.split(separator: " ").map(String.init), indent: 4)
        }
        return lines.joined(separator: "\n")
    }

    /// Words in lines of at most 100 columns; those after the first are indented by at least four.
    private static func wrapped(_ words: [String], indent: Int) -> [String] {
        var lines: [String] = []
        for word in words {
            if let last = lines.last, last.count + 1 + word.count <= 100 {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(repeating: " ", count: lines.isEmpty ? indent : max(4, indent)) + word)
            }
        }
        return lines
    }
}
