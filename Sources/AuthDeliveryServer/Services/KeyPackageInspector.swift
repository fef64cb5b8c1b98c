import CloudMLSAPI
import MLS
import MLSCodec
import MLSCrypto
import ServerKit

/// A KeyPackage that kept all rules which can be checked without the database.
struct InspectedKeyPackage: Sendable {
    let ref: [UInt8]
    let body: [UInt8]
    let cipherSuite: UInt16
    let signatureScheme: UInt16
    let signatureKey: [UInt8]
    let notBefore: UInt64
    let notAfter: UInt64
    let lastResort: Bool

    fileprivate init(
        ref: [UInt8], body: [UInt8], cipherSuite: UInt16, signatureScheme: UInt16, signatureKey: [UInt8],
        lifetime: Lifetime, lastResort: Bool
    ) {
        self.ref = ref
        self.body = body
        self.cipherSuite = cipherSuite
        self.signatureScheme = signatureScheme
        self.signatureKey = signatureKey
        notBefore = lifetime.notBefore
        notAfter = lifetime.notAfter
        self.lastResort = lastResort
    }
}

/// Parses and verifies KeyPackages (RFC 9420 §10.1), so that nobody is handed one that cannot be used.
struct KeyPackageInspector: Sendable {
    let account: AccountAddress
    /// Seconds since 1970.
    let now: UInt64
    let settings: DeliverySettings

    func inspect(_ bytes: [UInt8], lastResort: Bool) throws(APIError) -> InspectedKeyPackage {
        guard bytes.count <= settings.keyPackageSize else {
            throw APIError(.tooLarge, "A KeyPackage has at most \(settings.keyPackageSize) bytes.")
        }
        let keyPackage: KeyPackage
        do { keyPackage = try KeyPackage(decoding: bytes) } catch {
            throw Self.invalid("It is not a KeyPackage of RFC 9420.")
        }
        let suite = keyPackage.cipherSuite
        guard let scheme = CipherSuiteRules.signatureScheme(of: suite.rawValue),
            let provider = try? SwiftCryptoProvider(suite)
        else {
            throw Self.invalid("The server delivers for cipher suites 1, 2 and 3.")
        }
        guard case .keyPackage(let lifetime) = keyPackage.leafNode.source else {
            throw Self.invalid("Its leaf has no lifetime.")
        }
        guard case .basic(let identity) = keyPackage.leafNode.credential, identity == Array(account.description.utf8)
        else {
            throw Self.invalid("Its credential is not a basic one with the account's address.")
        }
        guard !lastResort || keyPackage.isLastResort else {
            throw Self.invalid("It is to be a last resort, but lacks the extension last_resort.")
        }
        let policy = LifetimePolicy(now: now, maximumTotal: settings.keyPackageLifetime)
        do { _ = try keyPackage.verified(by: provider, policy: policy) } catch {
            throw Self.invalid("It breaks a rule of RFC 9420 §10.1: \(error).")
        }
        return InspectedKeyPackage(
            ref: provider.makeKeyPackageRef(bytes).bytes, body: bytes, cipherSuite: suite.rawValue,
            signatureScheme: scheme, signatureKey: keyPackage.leafNode.signatureKey.bytes, lifetime: lifetime,
            lastResort: lastResort)
    }

    private static func invalid(_ reason: String) -> APIError {
        APIError(.invalidKeyPackage, "A KeyPackage cannot be taken. \(reason)")
    }
}
