import Crypto
import Foundation
package import MLS

extension SwiftCryptoProvider {
    package func hpkeSendExport(
        to publicKey: HPKEPublicKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(MLS.CryptoError) -> (kemOutput: [UInt8], secret: SecretBytes) {
        try checkExport(length: length)
        return try sendExport(to: publicKey, curve.agreementKey, info, exporterContext, length)
    }

    package func hpkeReceiveExport(
        _ kemOutput: [UInt8], with privateKey: HPKEPrivateKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(MLS.CryptoError) -> SecretBytes {
        try checkExport(length: length)
        return try receiveExport(kemOutput, privateKey, curve.agreementKey, info, exporterContext, length)
    }

    private func sendExport<Key: AgreementKey>(
        to publicKey: HPKEPublicKey, _ type: Key.Type, _ info: [UInt8], _ context: [UInt8], _ length: Int
    ) throws(MLS.CryptoError) -> (kemOutput: [UInt8], secret: SecretBytes) {
        let recipientKey = try validated(publicKey, type)
        do {
            let sender = try HPKE.Sender(recipientKey: recipientKey, ciphersuite: hpkeCiphersuite, info: Data(info))
            let secret = try sender.exportSecret(context: context, outputByteCount: length)
            return (Array(sender.encapsulatedKey), secret.withUnsafeBytes { SecretBytes($0) })
        } catch {
            throw MLS.CryptoError(.internalFailure, "SendExportBase")
        }
    }

    private func receiveExport<Key: AgreementKey>(
        _ kemOutput: [UInt8], _ privateKey: HPKEPrivateKey, _ type: Key.Type, _ info: [UInt8], _ context: [UInt8],
        _ length: Int
    ) throws(MLS.CryptoError) -> SecretBytes {
        let recipientKey = try imported(privateKey, type)
        _ = try validated(HPKEPublicKey(kemOutput), type)
        do {
            let recipient = try HPKE.Recipient(
                privateKey: recipientKey, ciphersuite: hpkeCiphersuite, info: Data(info),
                encapsulatedKey: Data(kemOutput))
            let secret = try recipient.exportSecret(context: context, outputByteCount: length)
            return secret.withUnsafeBytes { SecretBytes($0) }
        } catch {
            throw MLS.CryptoError(.internalFailure, "ReceiveExportBase")
        }
    }
}

extension CipherSuiteProvider {
    /// RFC 9180 §5.3 bounds what can be exported; for nothing at all, swift-crypto traps.
    func checkExport(length: Int) throws(MLS.CryptoError) {
        guard length > 0, length <= 255 * hashLength else { throw MLS.CryptoError(.outputTooLong, "Export") }
    }
}
