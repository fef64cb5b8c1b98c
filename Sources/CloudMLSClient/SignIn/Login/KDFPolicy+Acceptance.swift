import KeyHierarchy

extension KDFPolicy {
    /// - Throws: `ClientError` with `unacceptableKDF`, before any work is done.
    func accept(_ kdf: PasswordKDF) throws {
        do {
            try check(kdf.parameters)
        } catch {
            throw ClientError(
                .unacceptableKDF,
                "The server wants the password hashed in a way that this program refuses (\(error.context)).",
                hint: "Do not type the password there again before whoever runs the server has explained this.")
        }
    }
}
