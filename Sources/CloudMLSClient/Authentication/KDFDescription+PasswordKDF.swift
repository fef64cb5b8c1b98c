import CloudMLSAPI
import KeyHierarchy

extension KDFDescription {
    /// The form in JSON of what is signed and stored in slots.
    init(_ kdf: PasswordKDF) {
        let salt = Bytes(kdf.salt.bytes)
        switch kdf.parameters {
        case .argon2id(let memoryKiB, let iterations, let parallelism):
            self.init(
                algorithm: .argon2id, iterations: iterations, memoryKiB: memoryKiB, parallelism: parallelism,
                salt: salt)
        case .pbkdf2HMACSHA512(let iterations):
            self.init(
                algorithm: .pbkdf2HMACSHA512, iterations: iterations, memoryKiB: 0, parallelism: 0, salt: salt)
        }
    }

    /// Nil where the salt has another length.
    var passwordKDF: PasswordKDF? {
        guard let salt = KDFSalt(bytes: salt.array) else { return nil }
        let parameters: KDFParameters =
            switch algorithm {
            case .argon2id: .argon2id(memoryKiB: memoryKiB, iterations: iterations, parallelism: parallelism)
            case .pbkdf2HMACSHA512: .pbkdf2HMACSHA512(iterations: iterations)
            }
        return PasswordKDF(parameters: parameters, salt: salt)
    }
}

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
