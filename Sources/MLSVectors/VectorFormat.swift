package import Foundation

/// The form of a file of test vectors, which its name tells: those that the MLS working group publishes
/// (mlswg/mls-implementations, `test-vectors.md`).
package struct VectorFormat: Sendable {
    package let name: String
    /// Whether names that only begin with it have the form too.
    package let isPrefix: Bool
    private let entries: any Vector.Type

    private init(_ name: String, _ entries: any Vector.Type, isPrefix: Bool = false) {
        self.name = name
        self.entries = entries
        self.isPrefix = isPrefix
    }

    package static let all: [VectorFormat] = [
        VectorFormat("tree-math", TreeMathVector.self),
        VectorFormat("crypto-basics", CryptoBasicsVector.self),
        VectorFormat("secret-tree", SecretTreeVector.self),
        VectorFormat("message-protection", MessageProtectionVector.self),
        VectorFormat("key-schedule", KeyScheduleVector.self),
        VectorFormat("psk_secret", PreSharedKeySecretVector.self),
        VectorFormat("transcript-hashes", TranscriptHashesVector.self),
        VectorFormat("welcome", WelcomeVector.self),
        VectorFormat("tree-operations", TreeOperationsVector.self),
        VectorFormat("tree-validation", TreeValidationVector.self),
        VectorFormat("treekem", TreeKEMVector.self),
        VectorFormat("messages", MessagesVector.self),
        VectorFormat("deserialization", DeserializationVector.self),
        VectorFormat("passive-client", PassiveClientVector.self, isPrefix: true),
    ]

    /// - Returns: `nil` for a file of no known form.
    package static func of(file: String) -> VectorFormat? {
        guard file.hasSuffix(".json") else { return nil }
        let stem = String(file.dropLast(".json".count))
        return all.first { $0.isPrefix ? stem.hasPrefix($0.name) : stem == $0.name }
    }

    /// - Returns: `nil` for a name that is none of `all`.
    package static func named(_ name: String) -> VectorFormat? { all.first { $0.name == name } }

    /// The file names that have the form, as a pattern for people.
    package var filePattern: String { isPrefix ? "\(name)*.json" : "\(name).json" }

    /// Verifies every entry of a file.
    ///
    /// - Parameters:
    ///   - width: how many entries are verified at once.
    ///   - progress: told how many entries are done, and of how many, after each `width` of them.
    /// - Throws: `VectorFileError` for what is no list of entries. An entry that is not in the form fails by itself.
    package func verify(
        _ data: Data, atOnce width: Int = 1, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(VectorFileError) -> VectorResult {
        try verifyAll(entries, in: data, atOnce: width, progress: progress)
    }
}
