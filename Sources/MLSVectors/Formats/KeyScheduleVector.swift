import MLS
import MLSCodec

struct KeyScheduleVector: SuiteVector {
    struct Epoch: Decodable {
        struct Exporter: Decodable {
            var label: String
            var context: HexBytes
            var length: Int
            var secret: HexBytes
        }

        var treeHash: HexBytes
        var commitSecret: HexBytes
        var pskSecret: HexBytes?
        var confirmedTranscriptHash: HexBytes
        var groupContext: HexBytes
        var joinerSecret: HexBytes
        var welcomeSecret: HexBytes
        var initSecret: HexBytes
        var senderDataSecret: HexBytes
        var encryptionSecret: HexBytes
        var exporterSecret: HexBytes
        var epochAuthenticator: HexBytes
        var externalSecret: HexBytes
        var confirmationKey: HexBytes
        var membershipKey: HexBytes
        var resumptionPsk: HexBytes
        var externalPub: HexBytes
        var exporter: Exporter
    }

    var cipherSuite: UInt16
    var groupId: HexBytes
    var initialInitSecret: HexBytes
    var epochs: [Epoch]

    func verify(_ provider: any CipherSuiteProvider) throws {
        var initSecret = SecretBytes(initialInitSecret.bytes)
        for (number, epoch) in zip(UInt64(0)..., epochs) {
            let context = GroupContext(
                cipherSuite: provider.cipherSuite, groupID: groupId.bytes, epoch: number,
                treeHash: epoch.treeHash.bytes, confirmedTranscriptHash: epoch.confirmedTranscriptHash.bytes,
                extensions: []
            ).encoded
            try expectEqual(context, epoch.groupContext.bytes, "group_context")
            let schedule = try KeySchedule(
                initSecret: initSecret, commitSecret: SecretBytes(epoch.commitSecret.bytes),
                pskSecret: epoch.pskSecret.map { SecretBytes($0.bytes) } ?? SecretBytes(zeros: provider.hashLength),
                groupContext: context, provider: provider)
            try expectEqual(schedule.joinerSecret.bytes, epoch.joinerSecret.bytes, "joiner_secret")
            try expectEqual(
                schedule.welcomeSecret(provider: provider).bytes, epoch.welcomeSecret.bytes, "welcome_secret")
            let secrets = try schedule.epochSecrets(groupContext: context, provider: provider)
            try verify(secrets, of: epoch, provider)
            initSecret = secrets.initSecret
        }
    }

    private func verify(_ secrets: EpochSecrets, of epoch: Epoch, _ provider: any CipherSuiteProvider) throws {
        try expectEqual(secrets.initSecret.bytes, epoch.initSecret.bytes, "init_secret")
        try expectEqual(secrets.senderDataSecret.bytes, epoch.senderDataSecret.bytes, "sender_data_secret")
        try expectEqual(secrets.encryptionSecret.bytes, epoch.encryptionSecret.bytes, "encryption_secret")
        try expectEqual(secrets.exporterSecret.bytes, epoch.exporterSecret.bytes, "exporter_secret")
        try expectEqual(secrets.epochAuthenticator.bytes, epoch.epochAuthenticator.bytes, "epoch_authenticator")
        try expectEqual(secrets.externalSecret.bytes, epoch.externalSecret.bytes, "external_secret")
        try expectEqual(secrets.confirmationKey.bytes, epoch.confirmationKey.bytes, "confirmation_key")
        try expectEqual(secrets.membershipKey.bytes, epoch.membershipKey.bytes, "membership_key")
        try expectEqual(secrets.resumptionPSK.bytes, epoch.resumptionPsk.bytes, "resumption_psk")
        try expectEqual(EpochSecrets(decoding: secrets.encoded), secrets, "stored form")
        try expectEqual(
            secrets.externalKeyPair(provider: provider).publicKey.bytes, epoch.externalPub.bytes, "external_pub")
        let exported = try secrets.export(
            label: epoch.exporter.label, context: epoch.exporter.context.bytes, length: epoch.exporter.length,
            provider: provider)
        try expectEqual(exported.bytes, epoch.exporter.secret.bytes, "exporter")
    }
}
