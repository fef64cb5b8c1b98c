/// What is fuzzed. A target runs one input, and traps where a promise of the library does not hold.
enum FuzzTarget: String, CaseIterable {
    case messages
    case structures
    case tree
    case stored
    case joiner
    case member
    case insider

    var summary: String {
        switch self {
        case .messages: "MLSMessage of every wire format: total, and canonical"
        case .structures: "every other structure of RFC 9420, and what is in extensions: total, and canonical"
        case .tree: "ratchet_tree: total and canonical, then checked as by a joiner, changed and hashed"
        case .stored: "stored forms (groups, epoch records, rosters, private keys, pending proposals), then used"
        case .joiner: "a client that is handed Welcomes, GroupInfos and trees"
        case .member: "two members that process a stream of messages, where every signature and tag is right"
        case .insider: "two members and an attacker among them that signs, encrypts and commits whatever it likes"
        }
    }

    /// Makes what all inputs begin with.
    func prepare() {
        switch self {
        case .messages, .structures: break
        case .tree, .stored, .joiner, .member: _ = WeakGroups.shared
        case .insider: _ = Insider.shared
        }
    }

    func run(_ input: [UInt8]) {
        switch self {
        case .messages: Decoding.messages(input)
        case .structures: Decoding.structures(input)
        case .tree: Decoding.tree(input)
        case .stored: StoredForms.run(input)
        case .joiner: Joiner.run(input)
        case .member: MemberStream.run(input)
        case .insider: Insider.shared.run(input)
        }
    }
}

/// Ends the run, so that libFuzzer keeps the input.
func expect(_ condition: Bool, _ promise: String, file: StaticString = #file, line: UInt = #line) {
    if !condition { fatalError(promise, file: file, line: line) }
}
