package import CloudMLSAPI
import MLS
import MLSCodec
import MLSCrypto

extension AccountService {
    /// Publishes what is missing in an account's pool of KeyPackages.
    ///
    /// - Returns: how many were published.
    @discardableResult
    package func maintainKeyPackages(of account: AccountAddress) async throws -> Int {
        let path = StorePath.keyPackages(account)
        let policy = services.policy
        let machine = KeyPackageMaintenance(
            suite: policy.cipherSuite, now: services.environment.now(),
            policy: .init(
                target: policy.keyPackageCount, renewal: policy.keyPackageRenewal,
                retention: policy.keyPackageRetention))
        var revision: UInt64 = 0
        return try await services.environment.run(machine) { action in
            switch action {
            case .read:
                let value = try await services.objects.value(path)
                revision = value.revision
                return .pool(try value.decoded() ?? KeyPackagePool())
            case .askStatus(let refs):
                let statuses = try await services.authDelivery.keyPackageStatus(refs)
                guard statuses.count == refs.count else {
                    throw ClientError(.malformedAnswer, "The answer has another number of KeyPackages.")
                }
                return .statuses(statuses)
            case .make(let ordinary, let lastResort):
                let secrets = try await secrets(of: account)
                return .made(
                    try (0..<ordinary).map { _ in try makeKeyPackage(account, secrets, kind: .ordinary) }
                        + (lastResort ? [try makeKeyPackage(account, secrets, kind: .lastResort)] : []))
            case .write(let pool):
                let write = SealedWrite(path: path, ifRevision: revision, body: pool.encoded)
                guard case .written(let revisions) = try await services.objects.write([write]) else {
                    return .conflict
                }
                revision = revisions.first ?? revision
                return .written
            case .raiseAnchor:
                try await raiseAnchor()
                return .anchorRaised
            case .upload(let ordinary, let lastResort):
                return try await upload(account, ordinary, lastResort)
            }
        }
    }

    private func upload(
        _ account: AccountAddress, _ ordinary: [[UInt8]], _ lastResort: [UInt8]?
    ) async throws -> KeyPackageMaintenance.Event {
        do {
            try await registering(account) {
                _ = try await services.authDelivery.uploadKeyPackages(
                    KeyPackageUpload(
                        account: account, keyPackages: ordinary.map { Bytes($0) },
                        lastResort: lastResort.map { Bytes($0) }))
            }
            return .uploaded
        } catch let error as ClientError {
            guard let code = error.lastingRefusal else { throw error }
            return .refused(code)
        }
    }

    /// Anchors the pools: the sum of their revisions, which only grows.
    private func raiseAnchor() async throws {
        try await services.anchors.raiseKeyPackages(to: try await poolRevisions())
    }

    private func makeKeyPackage(
        _ account: AccountAddress, _ secrets: AccountSecrets, kind: KeyPackagePool.Entry.Kind
    ) throws -> KeyPackagePool.Entry {
        let suite = CipherSuite(rawValue: services.policy.cipherSuite)
        let provider = try SwiftCryptoProvider(suite)
        guard let signer = secrets.pair(for: suite) else {
            throw ClientError(.unknownAccount, "\(account) has no identity key for cipher suite \(suite.rawValue).")
        }
        let lifetime = Lifetime(from: services.environment.now(), duration: services.policy.keyPackageLifetime)
        let made = try KeyPackage.generate(
            provider: provider, credential: .basic(identity: Array(account.description.utf8)), signer: signer,
            capabilities: .ours(suite), lifetime: lifetime, extensions: kind == .lastResort ? [.lastResort] : [])
        return KeyPackagePool.Entry(
            ref: made.keyPackage.reference(provider: provider).bytes, cipherSuite: suite.rawValue,
            keyPackage: made.keyPackage.encoded, secrets: made.privateKeys.encoded, notAfter: lifetime.notAfter,
            state: .pending, kind: kind)
    }
}
