import MLSCodec

/// What a verb answers: `ok`, and fields in their order.
struct PeerAnswer {
    private var fields: [(name: String, value: String)] = []

    /// `ok`, and the fields.
    var line: String { (["ok"] + fields.map { "\($0.name)=\($0.value)" }).joined(separator: " ") }

    mutating func add(_ name: String, _ text: String) { fields.append((name, text)) }

    /// A field that is left out where there are no bytes at all.
    mutating func add(_ name: String, _ bytes: [UInt8]?) {
        if let bytes { add(name, Hexadecimal.digits(bytes)) }
    }

    mutating func add(_ name: String, _ number: some BinaryInteger) { add(name, String(number)) }

    mutating func add(_ name: String, _ flag: Bool) { add(name, flag ? "yes" : "no") }

    mutating func add(_ name: String, list: [String]) { add(name, list.joined(separator: ",")) }

    mutating func add(contentsOf other: PeerAnswer) { fields += other.fields }
}
