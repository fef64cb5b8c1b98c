import Foundation
import MLS
import MLSCrypto
import TestSupport

/// The format of a file, which its name tells.
struct VectorFormat: Sendable {
    var name: String
    /// Whether names that only begin with it have the format too.
    var isPrefix = false
    var run: @Sendable (Data) throws -> VectorResult

    static let all: [VectorFormat] = [
        VectorFormat(name: "tree-math", run: verifyAll(TreeMathVector.self)),
        VectorFormat(name: "crypto-basics", run: verifyAll(CryptoBasicsVector.self)),
        VectorFormat(name: "secret-tree", run: verifyAll(SecretTreeVector.self)),
        VectorFormat(name: "message-protection", run: verifyAll(MessageProtectionVector.self)),
        VectorFormat(name: "key-schedule", run: verifyAll(KeyScheduleVector.self)),
        VectorFormat(name: "psk_secret", run: verifyAll(PreSharedKeySecretVector.self)),
        VectorFormat(name: "transcript-hashes", run: verifyAll(TranscriptHashesVector.self)),
        VectorFormat(name: "welcome", run: verifyAll(WelcomeVector.self)),
        VectorFormat(name: "tree-operations", run: verifyAll(TreeOperationsVector.self)),
        VectorFormat(name: "tree-validation", run: verifyAll(TreeValidationVector.self)),
        VectorFormat(name: "treekem", run: verifyAll(TreeKEMVector.self)),
        VectorFormat(name: "messages", run: verifyAll(MessagesVector.self)),
        VectorFormat(name: "deserialization", run: verifyAll(DeserializationVector.self)),
        VectorFormat(name: "passive-client", isPrefix: true, run: verifyAll(PassiveClientVector.self)),
    ]

    /// The files that the working group publishes.
    static let publishedFiles: Set<String> = [
        "tree-math.json", "crypto-basics.json", "secret-tree.json", "message-protection.json", "key-schedule.json",
        "psk_secret.json", "transcript-hashes.json", "welcome.json", "tree-operations.json", "tree-validation.json",
        "treekem.json", "messages.json", "deserialization.json", "passive-client-welcome.json",
        "passive-client-handling-commit.json",
    ]

    /// - Returns: `nil` for a file of no known format.
    static func of(file: String) -> VectorFormat? {
        guard file.hasSuffix(".json") else { return nil }
        let stem = String(file.dropLast(".json".count))
        return all.first { $0.isPrefix ? stem.hasPrefix($0.name) : stem == $0.name }
    }
}

/// Verifies every entry of a file whose suite a provider has.
private func verifyAll<Entry: Vector>(_ type: Entry.Type) -> @Sendable (Data) throws -> VectorResult {
    { data in
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var result = VectorResult()
        for (index, entry) in try decoder.decode([Entry].self, from: data).enumerated() {
            let suite = CipherSuite(rawValue: entry.suite ?? 1)
            guard let provider = try? SwiftCryptoProvider(suite) else {
                result.waiting["suite \(suite.rawValue)", default: 0] += 1
                continue
            }
            do {
                try entry.verify(provider)
                result.passed += 1
            } catch let waiting as Waiting {
                result.waiting[waiting.feature, default: 0] += 1
            } catch {
                result.failures.append("entry \(index) (suite \(suite.rawValue)): \(error)")
            }
        }
        return result
    }
}
