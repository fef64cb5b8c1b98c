package import CloudMLSAPI
import MLS
import MLSCodec
import MLSCrypto

/// The user's platform accounts and their KeyPackages.
package struct AccountService: Sendable {
    let services: Services

    package init(services: Services) { self.services = services }

    /// The accounts on the user's list.
    package func list() async throws -> [StoreIndex.Account] {
        try await services.objects.value(StorePath.index).decoded(StoreIndex.self)?.accounts ?? []
    }

    /// Adds an account or replaces its settings, and fills its pool of KeyPackages. It can be repeated after any failure.
    package func add(_ account: AccountAddress, settings: [String: String]) async throws {
        let wanted = StoreIndex.Account(
            account: account,
            settings: settings.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) })
        try await register(account, as: wanted)
        // Before the pool is written: a later revision than the anchor's would hide that it is older.
        try await checkPools()
        try await maintainKeyPackages(of: account)
    }

    /// Makes a request for an account. Where the auth-delivery server does not know the account, the device that added it
    /// got no further than the key store, or its registration is on its way: it is registered here, and asked again.
    func registering(
        _ account: AccountAddress, isolation: isolated (any Actor)? = #isolation, _ request: () async throws -> Void
    ) async throws {
        do {
            try await request()
        } catch let error as ClientError where error.code == .refused(.notYourAccount) {
            try await register(account, as: nil)
            try await request()
        }
    }

    /// - Parameter wanted: nil keeps the settings that are listed.
    private func register(_ account: AccountAddress, as wanted: StoreIndex.Account?) async throws {
        var known = Stored()
        let output = try await services.environment.run(AccountAddition()) { action in
            switch action {
            case .read:
                known = try await read(account)
                let listed = known.index.account(account)
                // Another device was refused it, and has withdrawn it.
                guard let entry = wanted ?? listed else { return .withdrawn }
                return .found(isListed: known.secrets != nil && listed == entry, wasRegistered: known.wasRegistered)
            case .write:
                let secrets = try known.secrets ?? makeSecrets()
                known.secrets = secrets
                if let wanted { known.index.set(wanted) }
                return try await write(account, known)
            case .register:
                let keys = known.secrets?.identityKeys ?? []
                return try await register(AccountRegistration(account: account, identityKeys: keys))
            case .withdraw:
                known.index.accounts.removeAll { $0.account == account }
                let outcome = try await services.objects.write([
                    SealedWrite(
                        path: StorePath.index, ifRevision: known.indexRevision, body: known.index.encoded)
                ])
                if case .conflict = outcome { return .conflict }
                return .withdrawn
            }
        }
        if case .refused(let code) = output {
            throw ClientError(
                refusal: ErrorBody.Detail(code: code, message: "\(account) cannot be registered for this user."))
        }
    }

    /// An account's identity keys.
    ///
    /// - Throws: `unknownAccount`.
    package func secrets(of account: AccountAddress) async throws -> AccountSecrets {
        let value = try await services.objects.value(StorePath.account(account))
        guard let secrets = try value.decoded(AccountSecrets.self) else {
            throw ClientError(
                .unknownAccount, "\(account) is not an account of yours.", hint: "Add the account first.")
        }
        return secrets
    }

    private struct Stored {
        var index = StoreIndex()
        var indexRevision: UInt64 = 0
        var secrets: AccountSecrets?
        var secretsRevision: UInt64 = 0
        /// Whether the auth-delivery server has taken KeyPackages or a group of it, so that it was registered before.
        var wasRegistered = false
    }

    private func read(_ account: AccountAddress) async throws -> Stored {
        let path = StorePath.account(account)
        let keyPackages = StorePath.keyPackages(account)
        let values = try await services.objects.read([StorePath.index, path, keyPackages])
        let index = try values.value(StorePath.index).decoded() ?? StoreIndex()
        let pool = try values.value(keyPackages).decoded() ?? KeyPackagePool()
        let hasPublished = pool.entries.contains { $0.state == .published }
        let hasGroup = index.groups.contains { $0.account == account && $0.status != .creating }
        return Stored(
            index: index, indexRevision: values.value(StorePath.index).revision,
            secrets: try values.value(path).decoded(), secretsRevision: values.value(path).revision,
            wasRegistered: index.account(account) != nil && (hasPublished || hasGroup))
    }

    private func write(_ account: AccountAddress, _ stored: Stored) async throws -> AccountAddition.Event {
        let outcome = try await services.objects.write([
            SealedWrite(
                path: StorePath.account(account), ifRevision: stored.secretsRevision, body: stored.secrets?.encoded),
            SealedWrite(path: StorePath.index, ifRevision: stored.indexRevision, body: stored.index.encoded),
        ])
        if case .conflict = outcome { return .conflict }
        return .written
    }

    private func register(_ registration: AccountRegistration) async throws -> AccountAddition.Event {
        do {
            try await services.authDelivery.registerAccount(registration)
            return .registered
        } catch let error as ClientError {
            guard let code = error.lastingRefusal else { throw error }
            return .refused(code)
        }
    }

    private func makeSecrets() throws -> AccountSecrets {
        var keys: [AccountSecrets.Key] = []
        for suite in SwiftCryptoProvider.supportedCipherSuites {
            guard let scheme = suite.signatureScheme, !keys.contains(where: { $0.scheme == scheme }) else { continue }
            keys.append(.init(scheme: scheme, pair: try SwiftCryptoProvider(suite).generateSignatureKeyPair()))
        }
        return AccountSecrets(keys: keys)
    }
}
