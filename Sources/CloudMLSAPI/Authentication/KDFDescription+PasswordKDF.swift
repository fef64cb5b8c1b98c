package import KeyHierarchy

extension KDFDescription {
    /// The form in JSON of what is signed and stored in slots.
    package init(_ kdf: PasswordKDF) {
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

    /// The form that is signed; nil where the salt has another length, or where there are numbers that the algorithm
    /// does not have.
    package var passwordKDF: PasswordKDF? {
        guard let salt = KDFSalt(bytes: salt.array) else { return nil }
        switch algorithm {
        case .argon2id:
            return PasswordKDF(
                parameters: .argon2id(memoryKiB: memoryKiB, iterations: iterations, parallelism: parallelism),
                salt: salt)
        case .pbkdf2HMACSHA512:
            guard memoryKiB == 0, parallelism == 0 else { return nil }
            return PasswordKDF(parameters: .pbkdf2HMACSHA512(iterations: iterations), salt: salt)
        }
    }
}
