import MLS
import MLSCodec

/// One entry of a file of test vectors.
protocol Vector: Decodable, Sendable {
    /// `nil` for formats that need no cipher suite.
    var suite: UInt16? { get }

    /// - Parameter provider: that of `suite`, or of suite 1.
    /// - Throws: `MLSError.unsupported` for what the library does not do; anything else is a failure.
    func verify(_ provider: any CipherSuiteProvider) throws
}

/// An entry whose format names a cipher suite.
protocol SuiteVector: Vector {
    var cipherSuite: UInt16 { get }
}

extension SuiteVector {
    var suite: UInt16? { cipherSuite }
}

/// What an entry expected, and did not get.
struct Mismatch: Error, CustomStringConvertible {
    var description: String
}

func expect(_ condition: Bool, _ what: @autoclosure () -> String) throws {
    guard condition else { throw Mismatch(description: what()) }
}

func expectEqual<Value: Equatable>(_ actual: Value, _ expected: Value, _ what: @autoclosure () -> String) throws {
    guard actual == expected else {
        throw Mismatch(description: "\(what()): \(shown(actual)) instead of \(shown(expected))")
    }
}

/// A value for people: bytes as digits, and nothing longer than a line.
private func shown(_ value: some Any) -> String {
    let text = (value as? [UInt8]).map(Hexadecimal.digits) ?? String(describing: value)
    return text.count > 80 ? "\(text.prefix(80))… (\(text.count) characters)" : text
}
