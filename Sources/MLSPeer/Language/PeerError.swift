/// A line that is not understood, or names something that is not there. What MLS refuses is an `MLSError`.
struct PeerError: Error {
    enum Code: String {
        /// The line is not what the verb takes.
        case usage
        /// There is no client, KeyPackage or group of this name, or nothing staged.
        case absent
        /// The name is taken.
        case taken
    }

    var code: Code
    var text: String

    init(_ code: Code, _ text: String) {
        self.code = code
        self.text = text
    }

    var description: String { "\(code.rawValue): \(text)" }
}
