package import MLS

/// A client of the bench: its keys, and its group once it has one.
package struct BenchMember {
    package static let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519
    private static let now: UInt64 = 1_800_000_000
    private static let lifetime = Lifetime(from: now, duration: 86_400)
    private static let policy = LifetimePolicy(now: now)

    package var provider: any CipherSuiteProvider
    private let name: String
    private let signer: SignatureKeyPair
    package private(set) var group: Group?
    /// Never used twice: those of all epochs count on.
    private var generation: UInt32 = 0

    package init(_ name: String, provider: any CipherSuiteProvider) throws {
        self.name = name
        self.provider = provider
        signer = try provider.generateSignatureKeyPair()
    }

    private var credential: Credential { .basic(identity: Array(name.utf8)) }
    private var capabilities: Capabilities { Capabilities(cipherSuites: [Self.suite]) }

    package func keyPackage() throws -> (keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys) {
        try KeyPackage.generate(
            provider: provider, credential: credential, signer: signer, capabilities: capabilities,
            lifetime: Self.lifetime)
    }

    package mutating func create() throws {
        group = try Group.create(
            groupID: Array("bench".utf8), provider: provider, credential: credential, signer: signer,
            capabilities: capabilities, lifetime: Self.lifetime, settings: .rederivable)
    }

    package mutating func commit(adding: [KeyPackage] = [], forcesPath: Bool = false) throws -> StagedCommit {
        guard var group else { throw BenchFault("a commit without a group") }
        let request = CommitRequest(
            adding: adding, forcesPath: forcesPath, framing: .privateMessage(generation: 0))
        let staged = try group.stageCommit(request, policy: Self.policy, signer: signer.privateKey)
        try group.merge(staged)
        self.group = group
        return staged
    }

    package mutating func join(
        _ staged: StagedCommit, with own: (keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys)
    ) throws {
        guard case .welcome(let welcome) = staged.welcome else { throw BenchFault("a commit without a Welcome") }
        group = try Group.join(
            welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, settings: .rederivable,
            provider: provider)
    }

    /// Processes a commit and merges it.
    package mutating func receive(_ message: MLSMessage) throws {
        guard var group else { throw BenchFault("a message without a group") }
        guard case .commit(let staged) = try group.process(message) else { throw BenchFault("not a commit") }
        try group.merge(staged)
        self.group = group
    }

    package mutating func encrypt(_ data: [UInt8]) throws -> MLSMessage {
        guard let group else { throw BenchFault("a message without a group") }
        defer { generation += 1 }
        return try group.encrypt(data, generation: generation, padding: .none, signer: signer.privateKey)
    }

    package func decrypt(_ message: MLSMessage) throws -> [UInt8] {
        guard let group else { throw BenchFault("a message without a group") }
        return try group.decrypt(message).data
    }
}
