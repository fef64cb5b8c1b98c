import MLSCodec

/// A command's arguments. Every reader throws `usage` for a value of another form, and those of required arguments for an
/// absent one.
struct PeerArguments {
    private let values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    var names: Set<String> { Set(values.keys) }

    func has(_ name: String) -> Bool { values[name] != nil }

    func text(_ name: String) throws(PeerError) -> String {
        guard let value = values[name] else { throw PeerError(.usage, "\(name)= is missing") }
        return value
    }

    /// A name that the driver chooses: letters, digits, `.`, `_` and `-`.
    func name(_ name: String) throws(PeerError) -> String {
        let value = try text(name)
        let isName = value.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
            default: false
            }
        }
        guard isName, !value.isEmpty else { throw PeerError(.usage, "\(name) is not a name") }
        return value
    }

    func names(_ name: String) throws(PeerError) -> [String] { try list(name) }

    func bytes(_ name: String) throws(PeerError) -> [UInt8] { try decoded(name, try text(name)) }

    func optionalBytes(_ name: String) throws(PeerError) -> [UInt8]? {
        guard let value = values[name] else { return nil }
        return try decoded(name, value)
    }

    /// Byte strings with commas in between; none where the argument is absent or empty.
    func bytesList(_ name: String) throws(PeerError) -> [[UInt8]] {
        try list(name).map { (item) throws(PeerError) in try decoded(name, item) }
    }

    func number<Number: FixedWidthInteger>(
        _ name: String, _ type: Number.Type = Number.self
    ) throws(PeerError) -> Number {
        try decoded(name, try text(name))
    }

    func optionalNumber<Number: FixedWidthInteger>(
        _ name: String, _ type: Number.Type = Number.self
    ) throws(PeerError) -> Number? {
        guard let value = values[name] else { return nil }
        return try decoded(name, value)
    }

    func numbers<Number: FixedWidthInteger>(
        _ name: String, _ type: Number.Type = Number.self
    ) throws(PeerError) -> [Number] {
        try list(name).map { (item) throws(PeerError) in try decoded(name, item) }
    }

    /// `yes` or `no`.
    func flag(_ name: String, default standard: Bool = false) throws(PeerError) -> Bool {
        switch values[name] {
        case nil: return standard
        case "yes": return true
        case "no": return false
        default: throw PeerError(.usage, "\(name) takes yes or no")
        }
    }

    /// The parts of a list; none where the argument is absent or empty.
    func list(_ name: String) throws(PeerError) -> [String] {
        guard let value = values[name], !value.isEmpty else { return [] }
        return value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    func decoded(_ name: String, _ value: String) throws(PeerError) -> [UInt8] {
        guard let bytes = Hexadecimal.bytes(Array(value.utf8), capitals: true) else {
            throw PeerError(.usage, "\(name) is not hexadecimal digits")
        }
        return bytes
    }

    private func decoded<Number: FixedWidthInteger>(_ name: String, _ value: String) throws(PeerError) -> Number {
        guard let number = Number(value) else { throw PeerError(.usage, "\(name) is not such a number") }
        return number
    }
}
