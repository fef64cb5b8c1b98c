extension Group {
    /// Encrypts application data for this epoch (RFC 9420 §6.3).
    ///
    /// RFC 9420 §12.4 wants pending proposals committed first; the caller sees to that.
    ///
    /// For groups of `KeyRetention.rederivable`; others throw `unsupported`.
    ///
    /// - Parameters:
    ///   - generation: one on the *application* ratchet of the own leaf in this epoch that was never used before, at most
    ///     `EpochRecord.generationLimit`.
    ///   - authenticatedData: signed, and readable by anybody.
    ///   - signer: the own leaf's private signature key.
    public func encrypt(
        _ data: [UInt8], generation: UInt32, authenticatedData: [UInt8] = [], padding: PaddingPolicy = .padme,
        signer: SignaturePrivateKey
    ) throws(MLSError) -> MLSMessage {
        try checkActive()
        try checkSigner(signer)
        let signed = try sign(
            .application(data), as: .privateMessage, authenticatedData: authenticatedData, signer: signer)
        return try encrypt(signed, generation: generation, padding: padding)
    }

    /// Reads an application message of this epoch. Reading one changes nothing: it can be read again.
    ///
    /// - Throws: `unsupported` in a group that deletes its keys, which reads with `read(_:)`.
    public func decrypt(_ message: MLSMessage) throws(MLSError) -> ApplicationMessage {
        guard deletion == nil else { throw MLSError(.unsupported, "reading without deleting the key") }
        return try applicationMessage(try unprotect(message).content)
    }

    func applicationMessage(_ verified: VerifiedContent) throws(MLSError) -> ApplicationMessage {
        guard case .application(let data) = verified.content.body, let sender = verified.content.sender.leafIndex
        else { throw MLSError(.malformed, "not an application message") }
        let member = try requiredMember(at: sender)
        return ApplicationMessage(
            data: data, authenticatedData: verified.content.authenticatedData, epoch: epoch, sender: sender,
            senderCredential: member.credential, senderSignatureKey: member.signatureKey)
    }
}
