import MLS
import MLSCodec

/// Somebody with keys, who may join a group.
struct Client {
    let provider: any CipherSuiteProvider
    let credential: Credential
    let signer: SignatureKeyPair
    var capabilities: Capabilities
    var settings = GroupSettings.rederivable

    static let lifetime = Lifetime(notBefore: 0, notAfter: 1 << 40)
    static let policy = LifetimePolicy(now: 1 << 30, maximumTotal: .max)
    /// For who deletes its keys: late messages can be read, and few keys are kept for them.
    static let deleting = GroupSettings(retention: .strict(pastEpochs: 1, skippedGenerations: 20))
    /// An extension of groups and leaves that all of these clients know.
    static let known = ExtensionType(rawValue: 0xf000)

    init(_ name: UInt8, _ provider: any CipherSuiteProvider) throws {
        try self.init(.basic(identity: [name]), provider)
    }

    init(_ credential: Credential, _ provider: any CipherSuiteProvider) throws {
        self.provider = provider
        self.credential = credential
        signer = try provider.generateSignatureKeyPair()
        capabilities = Capabilities(
            cipherSuites: [provider.cipherSuite], extensions: [Self.known, .lastResort], proposals: [.selfRemove])
    }

    func keyPackage() throws -> (keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys) {
        try KeyPackage.generate(
            provider: provider, credential: credential, signer: signer, capabilities: capabilities,
            lifetime: Self.lifetime)
    }

    func create(_ groupID: [UInt8], extensions: [Extension]) throws -> Group {
        try Group.create(
            groupID: groupID, provider: provider, credential: credential, signer: signer, capabilities: capabilities,
            lifetime: Self.lifetime, extensions: extensions, settings: settings)
    }

    /// Encrypts with the first key of an epoch.
    func encrypt(_ data: [UInt8], in group: inout Group) throws(MLSError) -> MLSMessage {
        guard group.retention != .rederivable else {
            return try group.encrypt(data, generation: 0, signer: signer.privateKey)
        }
        return try group.encrypt(data, signer: signer.privateKey)
    }

    /// What it takes to found a group that continues another one, or branches from it.
    func successorRequest(adding: [KeyPackage], preSharedKeys: PreSharedKeys = [:]) -> SuccessorRequest {
        SuccessorRequest(
            adding: adding, credential: credential, signer: signer, capabilities: capabilities,
            lifetime: Self.lifetime, preSharedKeys: preSharedKeys)
    }

    func stage(
        _ group: Group, _ change: (inout CommitRequest) -> Void = { _ in }
    ) throws(MLSError) -> StagedCommit {
        var request = CommitRequest(framing: .publicMessage)
        change(&request)
        return try group.stageCommit(request, policy: Self.policy, signer: signer.privateKey)
    }
}

/// A group of clients with a past: its tree has blanks, and a leaf that its parents do not know.
struct Crowd {
    var clients: [Client]
    /// Each client's view of the group; `nil` for who is no member.
    var groups: [Group?]
    let outsider: Client
    let preSharedKeys: PreSharedKeys = [.external(id: [1]): SecretBytes([1, 2, 3])]

    /// The clients 0, 6, 2, 3 and 5 are members, at the leaves 0, 1, 2, 3 and 5. Leaf 4 is blank, and leaf 1 not merged.
    ///
    /// - Parameter deleting: those who delete their keys.
    init(_ provider: any CipherSuiteProvider, deleting: Set<Int> = []) throws {
        clients = try (0..<7).map { try Client($0, provider) }
        for index in deleting { clients[index].settings = Client.deleting }
        outsider = try Client(0x40, provider)
        groups = Array(repeating: nil, count: clients.count)
        groups[0] = try clients[0].create(
            [1],
            extensions: [
                .externalSenders([
                    ExternalSender(signatureKey: outsider.signer.publicKey, credential: outsider.credential)
                ]), Extension(type: Client.known, data: [1, 2]),
            ])
        try commit(by: 0, adding: [1, 2, 3, 4, 5])
        try commit(by: 3) { $0.forcesPath = true }
        try commit(by: 5, removing: 4)
        try commit(by: 2, removing: 1)
        try commit(by: 0, adding: [6])
    }

    private mutating func commit(
        by committer: Int, adding added: [Int] = [], removing removed: UInt32? = nil,
        _ change: (inout CommitRequest) -> Void = { _ in }
    ) throws {
        guard let group = groups[committer] else { return }
        let joining = try added.map { (client: $0, own: try clients[$0].keyPackage()) }
        let staged = try clients[committer].stage(group) {
            $0.adding = joining.map(\.own.keyPackage)
            $0.removing = removed.map { [LeafIndex($0)] } ?? []
            change(&$0)
        }
        for index in groups.indices {
            guard var member = groups[index] else { continue }
            if index == committer {
                try member.merge(staged)
            } else if case .commit(let received) = try member.process(staged.message) {
                try member.merge(received)
            }
            groups[index] = member.isRemoved ? nil : member
        }
        guard case .welcome(let welcome)? = staged.welcome else { return }
        for (client, own) in joining {
            groups[client] = try Group.join(
                welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys,
                settings: clients[client].settings, provider: clients[client].provider)
        }
    }

    func group(_ client: Int) throws -> Group {
        guard let group = groups[client] else { throw MLSError(.unknownMember) }
        return group
    }
}
