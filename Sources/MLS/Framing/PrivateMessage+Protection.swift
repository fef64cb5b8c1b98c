import MLSCodec

extension PrivateMessage {
    /// Encrypts a signed message (RFC 9420 §6.3).
    ///
    /// - Parameters:
    ///   - key, nonce: those of `generation` on the sender's ratchet for this content type. They must not have been
    ///     used before; the reuse guard is the net under that, not a substitute.
    ///   - padding: how long the plaintext becomes.
    package init(
        protecting authenticated: AuthenticatedContent, senderDataSecret: SecretBytes, key: SecretBytes,
        nonce: SecretBytes, generation: UInt32, padding: PaddingPolicy, provider: some CipherSuiteProvider
    ) throws(MLSError) {
        let content = authenticated.content
        guard case .member(let leafIndex) = content.sender else {
            throw MLSError(.malformed, "a PrivateMessage from a sender that is not a member")
        }
        self.init(
            groupID: content.groupID, epoch: content.epoch, contentType: content.body.type,
            authenticatedData: content.authenticatedData, encryptedSenderData: [], ciphertext: [])

        var plaintext = MLSWriter()
        content.body.encodeContent(into: &plaintext)
        authenticated.auth.encode(into: &plaintext)
        plaintext.write(raw: repeatElement(0, count: padding.paddingLength(for: plaintext.bytes.count)))

        let senderData = SenderData(leafIndex: leafIndex, generation: generation, reuseGuard: provider.fresh(4))
        self = try MLSError.mapping {
            var message = self
            message.ciphertext = try provider.seal(
                plaintext.bytes, key: key, nonce: senderData.guarding(nonce), authenticating: contentAAD)
            let (key, nonce) = try provider.senderDataKeyAndNonce(
                senderDataSecret: senderDataSecret, ciphertext: message.ciphertext)
            message.encryptedSenderData = try provider.seal(
                senderData.encoded, key: key, nonce: nonce, authenticating: senderDataAAD)
            return message
        }
    }

    /// Decrypts who sent the message, with which generation (RFC 9420 §6.3.2). Nothing about it is signed yet.
    func senderData(
        secret: SecretBytes, provider: some CipherSuiteProvider
    ) throws(MLSError) -> SenderData {
        try MLSError.mapping {
            let (key, nonce) = try provider.senderDataKeyAndNonce(
                senderDataSecret: secret, ciphertext: ciphertext)
            let plaintext = try provider.open(
                encryptedSenderData, key: key, nonce: nonce, authenticating: senderDataAAD)
            return try SenderData(decoding: plaintext)
        }
    }

    /// Decrypts the message (RFC 9420 §6.3.1).
    ///
    /// - Parameter keys: the key and nonce of a generation on a leaf's ratchet; it throws for a blank leaf and for a
    ///   generation beyond its limit, before it derives anything.
    package func unprotected(
        senderDataSecret: SecretBytes, provider: some CipherSuiteProvider,
        keys: (LeafIndex, UInt32) throws -> (key: SecretBytes, nonce: SecretBytes)
    ) throws(MLSError) -> UnverifiedContent {
        let senderData = try senderData(secret: senderDataSecret, provider: provider)
        return try MLSError.mapping {
            let (key, nonce) = try keys(senderData.leafIndex, senderData.generation)
            let plaintext = try provider.open(
                ciphertext, key: key, nonce: senderData.guarding(nonce), authenticating: contentAAD)

            var reader = MLSReader(plaintext)
            let body = try FramedContent.Body(type: contentType, from: &reader)
            let encodedBody = reader.bytes(since: 0)
            let auth = try FramedContentAuthData(for: contentType, from: &reader)
            guard try reader.readRaw(reader.remaining).allSatisfy({ $0 == 0 }) else {
                throw MLSError(.malformed, "padding")
            }
            let content = FramedContent(
                groupID: groupID, epoch: epoch, sender: .member(senderData.leafIndex),
                authenticatedData: authenticatedData, body: body)
            return UnverifiedContent(
                AuthenticatedContent(wireFormat: .privateMessage, content: content, auth: auth),
                encodedContent: content.encoded(withBody: encodedBody))
        }
    }

    /// PrivateContentAAD (RFC 9420 §6.3.1): SenderDataAAD and `opaque authenticated_data<V>`.
    private var contentAAD: [UInt8] { senderDataAAD + authenticatedData.encoded }

    /// `struct { opaque group_id<V>; uint64 epoch; ContentType content_type; } SenderDataAAD` (RFC 9420 §6.3.2).
    private var senderDataAAD: [UInt8] {
        var writer = MLSWriter()
        groupID.encode(into: &writer)
        epoch.encode(into: &writer)
        contentType.encode(into: &writer)
        return writer.bytes
    }
}

extension SenderData {
    init(leafIndex: LeafIndex, generation: UInt32, reuseGuard: SecretBytes) {
        self.init(
            leafIndex: leafIndex, generation: generation,
            reuseGuard: reuseGuard.bytes.reduce(0) { ($0 << 8) | UInt32($1) })
    }

    /// The ratchet's nonce with its first four bytes XORed with the reuse guard (RFC 9420 §6.3.1).
    fileprivate func guarding(_ nonce: SecretBytes) -> SecretBytes {
        var bytes = nonce.bytes
        for (index, guardByte) in zip(bytes.indices, reuseGuard.encoded) { bytes[index] ^= guardByte }
        return SecretBytes(bytes)
    }
}
