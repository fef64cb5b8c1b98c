import MLS

struct CryptoBasicsVector: SuiteVector {
    struct RefHash: Decodable {
        var label: String
        var value: HexBytes
        var out: HexBytes
    }

    struct Expand: Decodable {
        var secret: HexBytes
        var label: String
        var context: HexBytes
        var length: Int
        var out: HexBytes
    }

    struct Derive: Decodable {
        var secret: HexBytes
        var label: String
        var out: HexBytes
    }

    struct DeriveTree: Decodable {
        var secret: HexBytes
        var label: String
        var generation: UInt32
        var length: Int
        var out: HexBytes
    }

    struct Sign: Decodable {
        var priv: HexBytes
        var pub: HexBytes
        var content: HexBytes
        var label: String
        var signature: HexBytes
    }

    struct Encrypt: Decodable {
        var priv: HexBytes
        var pub: HexBytes
        var label: String
        var context: HexBytes
        var plaintext: HexBytes
        var kemOutput: HexBytes
        var ciphertext: HexBytes
    }

    var cipherSuite: UInt16
    var refHash: RefHash
    var expandWithLabel: Expand
    var deriveSecret: Derive
    var deriveTreeSecret: DeriveTree
    var signWithLabel: Sign
    var encryptWithLabel: Encrypt

    func verify(_ provider: any CipherSuiteProvider) throws {
        try expectEqual(
            provider.refHash(label: refHash.label, value: refHash.value.bytes), refHash.out.bytes, "RefHash")
        let expanded = try provider.expandWithLabel(
            SecretBytes(expandWithLabel.secret.bytes), label: expandWithLabel.label,
            context: expandWithLabel.context.bytes, length: expandWithLabel.length)
        try expectEqual(expanded.bytes, expandWithLabel.out.bytes, "ExpandWithLabel")
        let derived = try provider.deriveSecret(SecretBytes(deriveSecret.secret.bytes), label: deriveSecret.label)
        try expectEqual(derived.bytes, deriveSecret.out.bytes, "DeriveSecret")
        let tree = try provider.deriveTreeSecret(
            SecretBytes(deriveTreeSecret.secret.bytes), label: deriveTreeSecret.label,
            generation: deriveTreeSecret.generation, length: deriveTreeSecret.length)
        try expectEqual(tree.bytes, deriveTreeSecret.out.bytes, "DeriveTreeSecret")
        try verifySignatures(provider)
        try verifyEncryption(provider)
    }

    private func verifySignatures(_ provider: any CipherSuiteProvider) throws {
        let vector = signWithLabel
        let own = try provider.signWithLabel(
            SignaturePrivateKey(vector.priv.privateKey(for: provider)), label: vector.label,
            content: vector.content.bytes)
        for signature in [vector.signature.bytes, own] {
            let isValid = provider.verifyWithLabel(
                SignaturePublicKey(vector.pub.bytes), label: vector.label, content: vector.content.bytes,
                signature: signature)
            try expect(isValid, "VerifyWithLabel")
        }
    }

    private func verifyEncryption(_ provider: any CipherSuiteProvider) throws {
        let vector = encryptWithLabel
        let published = HPKECiphertext(kemOutput: vector.kemOutput.bytes, ciphertext: vector.ciphertext.bytes)
        let own = try provider.encryptWithLabel(
            HPKEPublicKey(vector.pub.bytes), label: vector.label, context: vector.context.bytes,
            plaintext: vector.plaintext.bytes)
        for ciphertext in [published, own] {
            let plaintext = try provider.decryptWithLabel(
                HPKEPrivateKey(vector.priv.privateKey(for: provider)), label: vector.label,
                context: vector.context.bytes,
                ciphertext: ciphertext)
            try expectEqual(plaintext, vector.plaintext.bytes, "DecryptWithLabel")
        }
    }
}
