import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Messages that are well encrypted or authenticated and still not what RFC 9420 §6 allows.
@Suite struct ProtectionTests {
    private let provider: any CipherSuiteProvider
    private let signer: SignatureKeyPair
    private let key: SecretBytes
    private let nonce: SecretBytes
    private let senderDataSecret = SecretBytes([UInt8](repeating: 3, count: 32))
    private let context = Samples.groupContext.encoded

    init() throws {
        provider = try CipherSuiteProviders.provider(for: .mls128DHKEMX25519AES128GCMSHA256Ed25519)
        signer = try provider.generateSignatureKeyPair()
        key = provider.random(provider.aeadKeyLength)
        nonce = provider.random(provider.aeadNonceLength)
    }

    private func sign(_ body: FramedContent.Body, as wireFormat: WireFormat) throws -> AuthenticatedContent {
        try AuthenticatedContent.signed(
            Samples.content(body), as: wireFormat, groupContext: context, with: signer.privateKey, provider: provider)
    }

    /// A PrivateMessage of RFC 9420 §6.3, put together by hand around any plaintext.
    private func message(_ plaintext: [UInt8], senderData: [UInt8]? = nil) throws -> PrivateMessage {
        var aad = MLSWriter()
        [UInt8]([1]).encode(into: &aad)
        aad.write(integer: UInt64(2))
        ContentType.application.encode(into: &aad)
        let senderDataAAD = aad.bytes
        [UInt8]([3]).encode(into: &aad)
        let ciphertext = try provider.seal(plaintext, key: key, nonce: nonce, authenticating: aad.bytes)
        let keys = try provider.senderDataKeyAndNonce(senderDataSecret: senderDataSecret, ciphertext: ciphertext)
        // Leaf 1, generation 0, and a reuse guard of zeros, which leaves the nonce as it is.
        let senderData = senderData ?? [0, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
        return PrivateMessage(
            groupID: [1], epoch: 2, contentType: .application, authenticatedData: [3],
            encryptedSenderData: try provider.seal(
                senderData, key: keys.key, nonce: keys.nonce, authenticating: senderDataAAD),
            ciphertext: ciphertext)
    }

    private func open(_ message: PrivateMessage) throws -> VerifiedContent {
        try message.unprotected(senderDataSecret: senderDataSecret, provider: provider) { leaf, generation in
            #expect(leaf == LeafIndex(1))
            #expect(generation == 0)
            return (key, nonce)
        }.verified(by: signer.publicKey, groupContext: context, provider: provider)
    }

    private func plaintext(_ signed: AuthenticatedContent) -> [UInt8] {
        var writer = MLSWriter()
        [UInt8]([1, 2, 3]).encode(into: &writer)
        signed.auth.encode(into: &writer)
        return writer.bytes
    }

    @Test func paddingMustBeZeros() throws {
        let content = plaintext(try sign(.application([1, 2, 3]), as: .privateMessage))
        for padding in [[], [0], [UInt8](repeating: 0, count: 100)] {
            #expect(try open(try message(content + padding)).content.body == .application([1, 2, 3]))
        }
        for padding in [[1], [0, 0, 1], [1, 0, 0]] as [[UInt8]] {
            #expect(throws: MLSError(.malformed)) { try open(try message(content + padding)) }
        }
    }

    @Test func plaintextsThatAreNoContent() throws {
        let content = plaintext(try sign(.application([1, 2, 3]), as: .privateMessage))
        for length in 0..<content.count {
            #expect(throws: MLSError(.malformed)) { try open(try message(Array(content.prefix(length)))) }
        }
        #expect(throws: MLSError(.malformed)) { try open(try message(content, senderData: [0, 0, 0, 1])) }
    }

    /// The signature covers the wire format and the GroupContext.
    @Test func aSignatureForSomethingElse() throws {
        let other = plaintext(try sign(.application([1, 2, 3]), as: .publicMessage))
        #expect(throws: MLSError(.authenticationFailed)) { try open(try message(other)) }
        let content = try message(plaintext(try sign(.application([1, 2, 3]), as: .privateMessage)))
        #expect(throws: MLSError(.authenticationFailed)) {
            try content.unprotected(senderDataSecret: senderDataSecret, provider: provider) { _, _ in (key, nonce) }
                .verified(by: signer.publicKey, groupContext: [1], provider: provider)
        }
    }

    @Test func applicationDataIsNeverPublic() throws {
        func unprotect(_ body: FramedContent.Body) throws {
            let message = PublicMessage(
                protecting: try sign(body, as: .publicMessage), membershipKey: key, groupContext: context,
                provider: provider)
            _ = try message.unprotected(membershipKey: key, groupContext: context, provider: provider)
        }
        try unprotect(.proposal(.remove(LeafIndex(1))))
        #expect(throws: MLSError(.malformed)) { try unprotect(.application([1])) }
    }

    @Test func strangersCannotSendPrivateMessages() throws {
        var signed = try sign(.application([1]), as: .privateMessage)
        signed.content.sender = .newMemberProposal
        #expect(throws: MLSError(.malformed)) {
            try PrivateMessage(
                protecting: signed, senderDataSecret: senderDataSecret, key: key, nonce: nonce, generation: 0,
                padding: .none, provider: provider)
        }
    }
}
