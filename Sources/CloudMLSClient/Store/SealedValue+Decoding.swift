package import MLSCodec

extension SealedValue {
    /// The value that is stored, or nil where there is none.
    ///
    /// - Throws: `formatOfAnotherVersion` if the bytes are not such a value.
    package func decoded<Value: MLSCodable>(_ type: Value.Type = Value.self) throws -> Value? {
        guard let body else { return nil }
        do {
            return try Value(decoding: body)
        } catch {
            throw ClientError(
                .formatOfAnotherVersion, "A stored value cannot be read: \(error).",
                hint: "Use the newest release of this program.")
        }
    }
}

extension [String: SealedValue] {
    /// What is under a path that was read.
    package func value(_ path: String) -> SealedValue { self[path] ?? SealedValue(revision: 0, body: nil) }
}
