import MLS
import MLSCodec

struct PassiveClientVector: SuiteVector {
    struct Epoch: Decodable {
        var proposals: [HexBytes]
        var commit: HexBytes
        var epochAuthenticator: HexBytes
    }

    struct ExternalKey: Decodable {
        var pskId: HexBytes
        var psk: HexBytes
    }

    var cipherSuite: UInt16
    var externalPsks: [ExternalKey]
    var keyPackage: HexBytes
    var signaturePriv: HexBytes
    var encryptionPriv: HexBytes
    var initPriv: HexBytes
    var welcome: HexBytes
    var ratchetTree: HexBytes?
    var initialEpochAuthenticator: HexBytes
    var epochs: [Epoch]

    func verify(_ provider: any CipherSuiteProvider) throws {
        guard case .keyPackage(let keyPackage) = try MLSMessage(decoding: keyPackage.bytes),
            case .welcome(let welcome) = try MLSMessage(decoding: welcome.bytes)
        else { throw Mismatch(description: "messages of another type") }
        let privateKeys = KeyPackagePrivateKeys(
            initKey: HPKEPrivateKey(initPriv.privateKey(for: provider)),
            encryptionKey: HPKEPrivateKey(encryptionPriv.privateKey(for: provider)))
        try expectEqual(provider.publicKey(of: privateKeys.initKey), keyPackage.content.initKey, "init_priv")
        try expectEqual(
            provider.publicKey(of: privateKeys.encryptionKey), keyPackage.content.leafNode.content.encryptionKey,
            "encryption_priv")
        try expectEqual(
            provider.publicKey(of: SignaturePrivateKey(signaturePriv.privateKey(for: provider))),
            keyPackage.content.leafNode.content.signatureKey, "signature_priv")

        var keys = PreSharedKeys(
            externalPsks.map { (.external(id: $0.pskId.bytes), SecretBytes($0.psk.bytes)) },
            uniquingKeysWith: { first, _ in first })
        var group = try Group.join(
            welcome, keyPackage: keyPackage, privateKeys: privateKeys, ratchetTree: ratchetTree?.bytes,
            preSharedKeys: keys, provider: provider)
        try expectEqual(
            group.epochAuthenticator.bytes, initialEpochAuthenticator.bytes, "initial_epoch_authenticator")
        for epoch in epochs {
            keys[group.resumptionKeyID] = group.resumptionPSK
            for proposal in epoch.proposals { _ = try group.process(try MLSMessage(decoding: proposal.bytes)) }
            let commit = try MLSMessage(decoding: epoch.commit.bytes)
            guard case .commit(let staged) = try group.process(commit, preSharedKeys: keys) else {
                throw Mismatch(description: "a commit that is none")
            }
            try group.merge(staged)
            try expectEqual(group.epochAuthenticator.bytes, epoch.epochAuthenticator.bytes, "epoch_authenticator")
        }
    }
}
