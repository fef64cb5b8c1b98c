import MLS
import MLSCodec
import MLSCrypto
import Testing

@Suite struct KeyPackageTests {
    struct Client {
        let provider: any CipherSuiteProvider
        let signer: SignatureKeyPair
        let credential = Credential.basic(identity: Array("test:alice".utf8))

        init(_ suite: CipherSuite) throws {
            provider = try CipherSuiteProviders.provider(for: suite)
            signer = try provider.generateSignatureKeyPair()
        }

        var capabilities: Capabilities {
            Capabilities(cipherSuites: [provider.cipherSuite], extensions: [.lastResort])
        }

        func keyPackage(
            lifetime: Lifetime = Lifetime(from: 1_000_000, duration: 86_400), extensions: [Extension] = []
        ) throws -> KeyPackage {
            try KeyPackage.generate(
                provider: provider, credential: credential, signer: signer, capabilities: capabilities,
                lifetime: lifetime, extensions: extensions
            ).keyPackage
        }

        /// Changes a KeyPackage and signs both its parts again, so that only the change can be what is wrong.
        func resigned(_ keyPackage: KeyPackage, _ change: (inout KeyPackage.Content) -> Void) throws -> KeyPackage {
            var content = keyPackage.content
            change(&content)
            content.leafNode = try LeafNode.signed(
                content.leafNode.content, at: nil, with: signer.privateKey, provider: provider)
            return KeyPackage(
                content: content,
                signature: try provider.signWithLabel(
                    signer.privateKey, label: "KeyPackageTBS", content: content.encoded))
        }
    }

    @Test(arguments: CipherSuiteProviders.supportedCipherSuites)
    func aFreshOneVerifiesAfterTheWire(_ suite: CipherSuite) throws {
        let client = try Client(suite)
        let made = try KeyPackage.generate(
            provider: client.provider, credential: client.credential, signer: client.signer,
            capabilities: client.capabilities, lifetime: Lifetime(from: 1_000_000, duration: 86_400),
            extensions: [.lastResort])
        let received = try KeyPackage(decoding: made.keyPackage.encoded)
        let verified = try received.verified(by: client.provider, policy: LifetimePolicy(now: 1_000_000))
        #expect(verified.keyPackage == made.keyPackage)
        #expect(received.isLastResort)
        #expect(try client.provider.publicKey(of: made.privateKeys.initKey) == received.initKey)
        #expect(try client.provider.publicKey(of: made.privateKeys.encryptionKey) == received.leafNode.encryptionKey)
        #expect(try KeyPackagePrivateKeys(decoding: made.privateKeys.encoded) == made.privateKeys)
    }

    @Test func lifetimesAreCheckedAgainstThePolicy() throws {
        let client = try Client(.mls128DHKEMX25519AES128GCMSHA256Ed25519)
        let keyPackage = try client.keyPackage(lifetime: Lifetime(notBefore: 1_000, notAfter: 2_000))
        for now: UInt64 in [1_000, 1_500, 2_000] {
            _ = try keyPackage.verified(by: client.provider, policy: LifetimePolicy(now: now))
        }
        for now: UInt64 in [0, 999, 2_001, .max] {
            #expect(throws: MLSError(.invalidLifetime)) {
                try keyPackage.verified(by: client.provider, policy: LifetimePolicy(now: now))
            }
        }
        #expect(throws: MLSError(.invalidLifetime)) {
            try keyPackage.verified(by: client.provider, policy: LifetimePolicy(now: 1_500, maximumTotal: 999))
        }
        let backwards = try client.keyPackage(lifetime: Lifetime(notBefore: 2_000, notAfter: 1_000))
        #expect(throws: MLSError(.invalidLifetime)) {
            try backwards.verified(by: client.provider, policy: LifetimePolicy(now: 1_500))
        }
    }

    @Test func signaturesAreChecked() throws {
        let client = try Client(.mls128DHKEMP256AES128GCMSHA256P256)
        var keyPackage = try client.keyPackage()
        keyPackage.content.extensions = [.lastResort]
        #expect(throws: MLSError(.authenticationFailed)) { try keyPackage.verified(by: client.provider) }

        keyPackage = try client.keyPackage()
        keyPackage.content.leafNode.content.credential = .basic(identity: [1])
        #expect(throws: MLSError(.authenticationFailed)) { try keyPackage.verified(by: client.provider) }

        // Signed as a KeyPackage, and its leaf by nobody.
        keyPackage = try client.keyPackage()
        keyPackage.content.leafNode.signature = try client.keyPackage().content.leafNode.signature
        keyPackage.signature = try client.provider.signWithLabel(
            client.signer.privateKey, label: "KeyPackageTBS", content: keyPackage.content.encoded)
        #expect(throws: MLSError(.authenticationFailed)) { try keyPackage.verified(by: client.provider) }
    }

    /// Each breaks one rule of RFC 9420 §7.2, §7.3 or §10.1 and is signed properly.
    @Test func brokenRules() throws {
        let client = try Client(.mls128DHKEMX25519AES128GCMSHA256Ed25519)
        let good = try client.keyPackage()
        func expect(_ code: MLSError.Code, _ change: (inout KeyPackage.Content) -> Void) throws {
            let keyPackage = try client.resigned(good, change)
            #expect(throws: MLSError(code)) { try keyPackage.verified(by: client.provider) }
        }
        _ = try client.resigned(good) { _ in }.verified(by: client.provider)
        try expect(.invalidKeyPackage) { $0.version = ProtocolVersion(rawValue: 2) }
        try expect(.invalidKeyPackage) { $0.cipherSuite = CipherSuite(rawValue: 2) }
        try expect(.invalidKeyPackage) { $0.initKey = $0.leafNode.encryptionKey }
        try expect(.invalidKeyPackage) { $0.initKey = HPKEPublicKey([1, 2, 3]) }
        try expect(.invalidKeyPackage) { $0.leafNode.content.encryptionKey = HPKEPublicKey([1]) }
        try expect(.invalidKeyPackage) { $0.leafNode.content.source = .update }
        try expect(.invalidKeyPackage) { $0.extensions = [.lastResort, .lastResort] }
        try expect(.invalidLeafNode) {
            $0.leafNode.content.extensions = [Extension(type: ExtensionType(rawValue: 0xf000), data: [])]
        }
        try expect(.invalidLeafNode) {
            $0.leafNode.content.extensions = [.applicationID([]), .applicationID([1])]
        }
        try expect(.invalidLeafNode) { $0.leafNode.content.capabilities.credentials = [.x509] }
        try expect(.invalidLeafNode) { $0.leafNode.content.capabilities.versions = [] }
        try expect(.invalidLeafNode) { $0.leafNode.content.capabilities.cipherSuites = [] }
    }

    /// RFC 9420 §13.4, §13.5: what is unknown in a KeyPackage's own extensions is ignored, listed or not.
    @Test func unknownExtensionsOfOthersAreIgnored() throws {
        let client = try Client(.mls128DHKEMX25519AES128GCMSHA256Ed25519)
        let unlisted = Extension(type: ExtensionType(rawValue: 0x0a0a), data: [1, 2, 3])
        let keyPackage = try client.resigned(client.keyPackage()) { $0.extensions = [unlisted] }
        #expect(try keyPackage.verified(by: client.provider).keyPackage.content.extensions == [unlisted])
        // Whoever makes one has to list it (§10).
        #expect(throws: MLSError(.invalidKeyPackage)) { try client.keyPackage(extensions: [unlisted]) }
    }

    @Test func referencesDependOnEveryByte() throws {
        let client = try Client(.mls128DHKEMX25519AES128GCMSHA256Ed25519)
        var keyPackage = try client.keyPackage()
        let reference = keyPackage.reference(provider: client.provider)
        #expect(reference.bytes.count == 32)
        #expect(keyPackage.reference(provider: client.provider) == reference)
        keyPackage.signature[0] ^= 1
        #expect(keyPackage.reference(provider: client.provider) != reference)
    }
}
