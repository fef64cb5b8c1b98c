import MLS
import MLSCodec

struct WelcomeVector: SuiteVector {
    var cipherSuite: UInt16
    var initPriv: HexBytes
    var signerPub: HexBytes
    var keyPackage: HexBytes
    var welcome: HexBytes

    func verify(_ provider: any CipherSuiteProvider) throws {
        guard case .keyPackage(let keyPackage) = try MLSMessage(decoding: keyPackage.bytes),
            case .welcome(let welcome) = try MLSMessage(decoding: welcome.bytes)
        else { throw Mismatch(description: "messages of another type") }

        let reference = keyPackage.reference(provider: provider)
        guard let entry = welcome.secrets.first(where: { $0.newMember == reference }) else {
            throw Mismatch(description: "the Welcome is not for the KeyPackage")
        }
        let secrets = try GroupSecrets(
            decoding: try provider.decryptWithLabel(
                HPKEPrivateKey(initPriv.privateKey(for: provider)), label: "Welcome",
                context: welcome.encryptedGroupInfo,
                ciphertext: entry.encryptedGroupSecrets))
        let schedule = KeySchedule(
            joinerSecret: secrets.joinerSecret, pskSecret: SecretBytes(zeros: provider.hashLength),
            provider: provider)
        let keys = try schedule.welcomeKeyAndNonce(provider: provider)
        let groupInfo = try GroupInfo(
            decoding: try provider.open(
                welcome.encryptedGroupInfo, key: keys.key, nonce: keys.nonce, authenticating: []))
        try expect(
            groupInfo.hasValidSignature(by: SignaturePublicKey(signerPub.bytes), provider: provider),
            "the GroupInfo's signature")
        let context = groupInfo.content.groupContext
        let epochSecrets = try schedule.epochSecrets(groupContext: context.encoded, provider: provider)
        try expectEqual(
            epochSecrets.confirmationTag(
                confirmedTranscriptHash: context.confirmedTranscriptHash, provider: provider),
            groupInfo.content.confirmationTag, "confirmation_tag")
    }
}
