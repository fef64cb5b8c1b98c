import Foundation
import MLS
import MLSCodec
import MLSCrypto
import Testing

/// What can only be a mistake of the program stops it, and does not become a value that looks like any other.
@Suite struct ImpossibleValuesTests {
    @Test func aProviderThatGivesTooFewRandomBytesStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            // An error would be a failure too, and is not what is meant.
            do { try ImpossibleValuesTests.createGroup(missing: 1) } catch { exit(EXIT_SUCCESS) }
        }
        await #expect(processExitsWith: .success) {
            try ImpossibleValuesTests.createGroup(missing: 0)
        }
    }

    @Test func anOffsetThatAReaderHasNotReachedStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            _ = MLSReader([1, 2, 3]).bytes(since: 1)
        }
    }

    static func createGroup(missing count: Int) throws {
        let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519
        let provider = StingyProvider(base: try CipherSuiteProviders.provider(for: suite), missing: count)
        _ = try Group.create(
            groupID: [1], provider: provider, credential: .basic(identity: [1]),
            signer: try provider.generateSignatureKeyPair(), capabilities: Capabilities(cipherSuites: [suite]),
            lifetime: Lifetime(from: 1_800_000_000, duration: 1))
    }
}

/// A provider whose random numbers are shorter than was asked for.
private struct StingyProvider: CipherSuiteProvider {
    let base: any CipherSuiteProvider
    let missing: Int

    func random(_ count: Int) -> SecretBytes { SecretBytes(base.random(count).bytes.dropLast(missing)) }

    var cipherSuite: CipherSuite { base.cipherSuite }
    var hashLength: Int { base.hashLength }
    var aeadKeyLength: Int { base.aeadKeyLength }
    var aeadNonceLength: Int { base.aeadNonceLength }

    func hash(_ data: [UInt8]) -> [UInt8] { base.hash(data) }
    func mac(key: SecretBytes, data: [UInt8]) -> [UInt8] { base.mac(key: key, data: data) }
    func extract(salt: SecretBytes, inputKeyMaterial: SecretBytes) -> SecretBytes {
        base.extract(salt: salt, inputKeyMaterial: inputKeyMaterial)
    }
    func expand(pseudoRandomKey: SecretBytes, info: [UInt8], length: Int) throws(CryptoError) -> SecretBytes {
        try base.expand(pseudoRandomKey: pseudoRandomKey, info: info, length: length)
    }
    func seal(
        _ plaintext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try base.seal(plaintext, key: key, nonce: nonce, authenticating: additionalData)
    }
    func open(
        _ ciphertext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try base.open(ciphertext, key: key, nonce: nonce, authenticating: additionalData)
    }
    func hpkeSeal(
        _ plaintext: [UInt8], to publicKey: HPKEPublicKey, info: [UInt8], authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> HPKECiphertext {
        try base.hpkeSeal(plaintext, to: publicKey, info: info, authenticating: additionalData)
    }
    func hpkeOpen(
        _ ciphertext: HPKECiphertext, with privateKey: HPKEPrivateKey, info: [UInt8],
        authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try base.hpkeOpen(ciphertext, with: privateKey, info: info, authenticating: additionalData)
    }
    func hpkeSendExport(
        to publicKey: HPKEPublicKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(CryptoError) -> (kemOutput: [UInt8], secret: SecretBytes) {
        try base.hpkeSendExport(to: publicKey, info: info, exporterContext: exporterContext, length: length)
    }
    func hpkeReceiveExport(
        _ kemOutput: [UInt8], with privateKey: HPKEPrivateKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(CryptoError) -> SecretBytes {
        try base.hpkeReceiveExport(
            kemOutput, with: privateKey, info: info, exporterContext: exporterContext, length: length)
    }
    func deriveHPKEKeyPair(inputKeyMaterial: SecretBytes) throws(CryptoError) -> HPKEKeyPair {
        try base.deriveHPKEKeyPair(inputKeyMaterial: inputKeyMaterial)
    }
    func validate(_ publicKey: HPKEPublicKey) throws(CryptoError) { try base.validate(publicKey) }
    func publicKey(of privateKey: HPKEPrivateKey) throws(CryptoError) -> HPKEPublicKey {
        try base.publicKey(of: privateKey)
    }
    func generateSignatureKeyPair() throws(CryptoError) -> SignatureKeyPair { try base.generateSignatureKeyPair() }
    func sign(_ message: [UInt8], with privateKey: SignaturePrivateKey) throws(CryptoError) -> [UInt8] {
        try base.sign(message, with: privateKey)
    }
    func verify(signature: [UInt8], for message: [UInt8], by publicKey: SignaturePublicKey) -> Bool {
        base.verify(signature: signature, for: message, by: publicKey)
    }
    func publicKey(of privateKey: SignaturePrivateKey) throws(CryptoError) -> SignaturePublicKey {
        try base.publicKey(of: privateKey)
    }
}
