import CArgon2

/// Argon2id of libargon2, version 0x13 (RFC 9106).
package enum Argon2 {
    /// The tag of RFC 9106 §3.1. `secret` and `associatedData` are empty wherever this project hashes a password.
    ///
    /// - Throws: `.kdfFailed` for parameters that RFC 9106 does not allow, or if memory cannot be had.
    package static func hash(
        password: [UInt8], salt: [UInt8], secret: [UInt8] = [], associatedData: [UInt8] = [], memoryKiB: UInt32,
        iterations: UInt32, parallelism: UInt32, outputByteCount: Int
    ) throws(KeyHierarchyError) -> [UInt8] {
        // libargon2 takes pointers to mutable memory and wipes the password and the secret behind itself.
        var password = password
        var salt = salt
        var secret = secret
        var associatedData = associatedData
        var output = [UInt8](repeating: 0, count: outputByteCount)
        let result = output.withUnsafeMutableBufferPointer { output in
            password.withUnsafeMutableBufferPointer { password in
                salt.withUnsafeMutableBufferPointer { salt in
                    secret.withUnsafeMutableBufferPointer { secret in
                        associatedData.withUnsafeMutableBufferPointer { associatedData in
                            var context = argon2_context()
                            context.out = output.baseAddress
                            context.outlen = UInt32(output.count)
                            context.pwd = password.isEmpty ? nil : password.baseAddress
                            context.pwdlen = UInt32(password.count)
                            context.salt = salt.isEmpty ? nil : salt.baseAddress
                            context.saltlen = UInt32(salt.count)
                            context.secret = secret.isEmpty ? nil : secret.baseAddress
                            context.secretlen = UInt32(secret.count)
                            context.ad = associatedData.isEmpty ? nil : associatedData.baseAddress
                            context.adlen = UInt32(associatedData.count)
                            context.t_cost = iterations
                            context.m_cost = memoryKiB
                            context.lanes = parallelism
                            context.threads = parallelism
                            context.version = UInt32(ARGON2_VERSION_13.rawValue)
                            context.flags = (password.isEmpty ? 0 : 1) | (secret.isEmpty ? 0 : 2)
                            return argon2_ctx(&context, Argon2_id)
                        }
                    }
                }
            }
        }
        guard result == ARGON2_OK.rawValue else { throw KeyHierarchyError(.kdfFailed, "Argon2id: code \(result)") }
        return output
    }
}
