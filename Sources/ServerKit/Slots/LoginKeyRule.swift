package import CloudMLSAPI
package import KeyHierarchy

/// What a login key must look like before it is stored.
package enum LoginKeyRule {
    /// Bytes of an Ed25519 public key.
    static let publicKeySize = 32

    /// The key itself, or `bad_request` where its fields do not fit together. Whether the KDF is strong enough is the
    /// client's to judge: it is the one that a weak one would harm.
    package static func checked(_ key: LoginMethod, for kind: SlotKind) throws(APIError) -> LoginMethod {
        guard key.kind == kind else {
            throw APIError(.badRequest, "The login key is of another kind than its slot.")
        }
        guard key.publicKey.array.count == publicKeySize else {
            throw APIError(.badRequest, "A login key has \(publicKeySize) bytes.")
        }
        switch (kind, key.kdf) {
        case (.password, let kdf?):
            guard kdf.passwordKDF != nil else {
                throw APIError(
                    .badRequest, "The KDF has a salt of 16 bytes and the numbers of its algorithm, no other.")
            }
        case (.password, nil):
            throw APIError(.badRequest, "A password login key says how it is derived.")
        case (_, nil):
            break
        case (_, .some):
            throw APIError(.badRequest, "Only a password login key says how it is derived.")
        }
        return key
    }

    /// How many login keys of a kind a user can have. A login tries this many verifications whatever there is, so that
    /// its duration tells nothing.
    package static func maximumCount(of kind: SlotKind) -> Int {
        switch kind {
        case .password: 1
        case .recovery: 4
        case .device: 32
        }
    }
}
