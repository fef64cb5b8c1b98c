import Crypto
import Foundation
public import MLS

extension SwiftCryptoProvider {
    public func hpkeSendExport(
        to publicKey: HPKEPublicKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(MLS.CryptoError) -> (kemOutput: [UInt8], secret: SecretBytes) {
        try checkExport(length)
        switch curve {
        case .curve25519: return try sendExport(agreeing(x25519(publicKey)), info, exporterContext, length)
        case .p256: return try sendExport(p256(publicKey), info, exporterContext, length)
        }
    }

    public func hpkeReceiveExport(
        _ kemOutput: [UInt8], with privateKey: HPKEPrivateKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(MLS.CryptoError) -> SecretBytes {
        try checkExport(length)
        switch curve {
        case .curve25519:
            _ = try agreeing(x25519(HPKEPublicKey(kemOutput)))
            return try receiveExport(kemOutput, x25519(privateKey), info, exporterContext, length)
        case .p256:
            return try receiveExport(kemOutput, p256(privateKey), info, exporterContext, length)
        }
    }

    /// RFC 9180 §5.3 bounds what can be exported; the library traps for nothing at all.
    private func checkExport(_ length: Int) throws(MLS.CryptoError) {
        guard length > 0, length <= 255 * hashLength else { throw MLS.CryptoError(.outputTooLong, "Export") }
    }

    private func sendExport(
        _ publicKey: some HPKEDiffieHellmanPublicKey, _ info: [UInt8], _ context: [UInt8], _ length: Int
    ) throws(MLS.CryptoError) -> (kemOutput: [UInt8], secret: SecretBytes) {
        do {
            let sender = try HPKE.Sender(recipientKey: publicKey, ciphersuite: hpkeCiphersuite, info: Data(info))
            let secret = try sender.exportSecret(context: context, outputByteCount: length)
            return (Array(sender.encapsulatedKey), secret.withUnsafeBytes { SecretBytes($0) })
        } catch {
            throw MLS.CryptoError(.internalFailure, "SendExportBase")
        }
    }

    private func receiveExport(
        _ kemOutput: [UInt8], _ privateKey: some HPKEDiffieHellmanPrivateKey, _ info: [UInt8], _ context: [UInt8],
        _ length: Int
    ) throws(MLS.CryptoError) -> SecretBytes {
        do {
            let recipient = try HPKE.Recipient(
                privateKey: privateKey, ciphersuite: hpkeCiphersuite, info: Data(info),
                encapsulatedKey: Data(kemOutput))
            let secret = try recipient.exportSecret(context: context, outputByteCount: length)
            return secret.withUnsafeBytes { SecretBytes($0) }
        } catch {
            throw MLS.CryptoError(.malformedInput, "ReceiveExportBase")
        }
    }
}
