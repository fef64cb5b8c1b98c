/// Eight bytes of a public key. Different keys may have the same tag, equal keys cannot have different ones.
struct KeyTag: Hashable, Sendable {
    private let value: UInt64

    /// Of a node that has no such key. It is no different from any other tag: a match is always looked at closely.
    static let none = KeyTag([])

    init(_ key: [UInt8]) {
        // The first byte of an elliptic curve's point says the same for all of them.
        value = key.dropFirst().prefix(8).reduce(0) { ($0 << 8) | UInt64($1) }
    }

    /// One of 64 bits, for the filter of a `KeyTagSet`.
    fileprivate var bit: UInt64 { 1 << (value & 63) }
}

/// A few tags that many others are compared with.
struct KeyTagSet: Sendable {
    private let tags: [KeyTag]
    private let filter: UInt64

    init(_ tags: [KeyTag]) {
        self.tags = tags
        filter = tags.reduce(0) { $0 | $1.bit }
    }

    func contains(_ tag: KeyTag) -> Bool {
        filter & tag.bit != 0 && tags.contains(tag)
    }
}
