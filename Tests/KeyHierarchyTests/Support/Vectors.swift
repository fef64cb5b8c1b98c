import Foundation
import KeyHierarchy
import MLSCodec
import Testing

/// The bytes that `Vectors/make_vectors.py` computed, by name.
enum Vectors {
    private static let all: [String: String] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Vectors/key-hierarchy.json")
        guard let data = try? Data(contentsOf: file) else { return [:] }
        return (try? JSONDecoder().decode([String: String].self, from: data)) ?? [:]
    }()

    static func text(_ name: String) throws -> String {
        try #require(all[name], "no vector of this name: \(name)")
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        let digits = Array(try text(name))
        return try stride(from: 0, to: digits.count, by: 2).map {
            try #require(UInt8(String(digits[$0..<$0 + 2]), radix: 16))
        }
    }

    static func fixed<Kind>(_ name: String) throws -> FixedBytes<Kind> {
        try #require(FixedBytes(bytes: try bytes(name)))
    }

    static func secret<Kind>(_ name: String) throws -> Secret<Kind> {
        try #require(Secret(bytes: try bytes(name)))
    }

    /// A decoded value, whose encoding must give back the same bytes.
    static func decoded<Value: MLSCodable>(_ name: String) throws -> Value {
        let bytes = try bytes(name)
        let value = try Value(decoding: bytes)
        #expect(value.encoded == bytes)
        return value
    }
}
