import MLS
import MLSCodec
import MLSCrypto
import Testing

/// A client in a test: its keys, and its group once it has one. It counts generations as a client would.
struct TestMember {
    static let now: UInt64 = 1_800_000_000
    static let policy = LifetimePolicy(now: now)
    static let lifetime = Lifetime(from: now, duration: 86_400)
    static let suites = CipherSuiteProviders.supportedCipherSuites

    let name: String
    let provider: any CipherSuiteProvider
    var signer: SignatureKeyPair
    var capabilities: Capabilities
    var state: Group?
    /// Most tests look at what a message says more than once.
    var settings = GroupSettings.rederivable
    /// By what says which epoch of which group it is.
    private var generations: [GroupContext?: (handshake: UInt32, application: UInt32)] = [:]

    init(_ name: String, _ suite: CipherSuite, extensions: [ExtensionType] = []) throws {
        self.name = name
        provider = try CipherSuiteProviders.provider(for: suite)
        signer = try provider.generateSignatureKeyPair()
        capabilities = Capabilities(cipherSuites: [suite], extensions: extensions)
    }

    var credential: Credential { .basic(identity: Array("test:\(name)".utf8)) }

    var group: Group {
        get throws { try #require(state) }
    }

    mutating func create(_ groupID: [UInt8] = [1, 2, 3], extensions: [Extension] = []) throws {
        state = try Group.create(
            groupID: groupID, provider: provider, credential: credential, signer: signer, capabilities: capabilities,
            lifetime: Self.lifetime, extensions: extensions, settings: settings)
    }

    func keyPackage() throws -> (keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys) {
        try KeyPackage.generate(
            provider: provider, credential: credential, signer: signer, capabilities: capabilities,
            lifetime: Self.lifetime)
    }

    mutating func nextGeneration(_ type: ContentType) -> UInt32 {
        var next = generations[state?.context, default: (0, 0)]
        defer { generations[state?.context] = next }
        if type == .application {
            next.application += 1
            return next.application - 1
        }
        next.handshake += 1
        return next.handshake - 1
    }

    mutating func framing(public isPublic: Bool = false, padding: PaddingPolicy = .none) throws -> HandshakeFraming {
        if isPublic { return .publicMessage }
        guard var group = state, group.retention != .rederivable else {
            return .privateMessage(generation: nextGeneration(.commit), padding: padding)
        }
        defer { state = group }
        return try group.reserveFraming(padding: padding)
    }

    mutating func stage(
        adding: [KeyPackage] = [], removing: [LeafIndex] = [], public isPublic: Bool = false,
        padding: PaddingPolicy = .none, _ change: (inout CommitRequest) -> Void = { _ in }
    ) throws -> StagedCommit {
        var request = CommitRequest(
            adding: adding, removing: removing, framing: try framing(public: isPublic, padding: padding))
        change(&request)
        return try group.stageCommit(request, policy: Self.policy, signer: signer.privateKey)
    }

    /// Stages and merges at once.
    mutating func commit(
        adding: [KeyPackage] = [], removing: [LeafIndex] = [], public isPublic: Bool = false,
        _ change: (inout CommitRequest) -> Void = { _ in }
    ) throws -> StagedCommit {
        let staged = try stage(adding: adding, removing: removing, public: isPublic, change)
        try state?.merge(staged)
        return staged
    }

    mutating func join(
        _ staged: StagedCommit, with own: (keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys),
        ratchetTree: [UInt8]? = nil
    ) throws {
        guard case .welcome(let welcome) = try #require(staged.welcome) else {
            Issue.record("not a Welcome")
            return
        }
        state = try Group.join(
            welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, ratchetTree: ratchetTree,
            settings: settings, provider: provider)
    }

    /// Processes a message that went over the wire; a commit is merged.
    @discardableResult
    mutating func receive(_ message: MLSMessage) throws -> ProcessedMessage {
        var group = try group
        let processed = try group.process(try MLSMessage(decoding: message.encoded))
        if case .commit(let staged) = processed { try group.merge(staged) }
        state = group
        return processed
    }

    /// Sends a proposal, which is pending here afterwards.
    mutating func propose(
        public isPublic: Bool = false, padding: PaddingPolicy = .none,
        _ make: (inout Group, HandshakeFraming, SignaturePrivateKey) throws -> MLSMessage
    ) throws -> MLSMessage {
        let framing = try framing(public: isPublic, padding: padding)
        var group = try group
        let message = try make(&group, framing, signer.privateKey)
        state = group
        return message
    }

    mutating func encrypt(_ text: String, padding: PaddingPolicy = .padme) throws -> MLSMessage {
        if var group = state, group.retention != .rederivable {
            defer { state = group }
            return try group.encrypt(Array(text.utf8), padding: padding, signer: signer.privateKey)
        }
        let generation = nextGeneration(.application)
        return try group.encrypt(
            Array(text.utf8), generation: generation, padding: padding, signer: signer.privateKey)
    }

    /// Reads a message and deletes its key.
    mutating func read(_ message: MLSMessage) throws -> String {
        var group = try group
        let read = try group.read(try MLSMessage(decoding: message.encoded))
        state = group
        return String(decoding: read.data, as: UTF8.self)
    }

    func decrypt(_ message: MLSMessage) throws -> String {
        String(decoding: try group.decrypt(try MLSMessage(decoding: message.encoded)).data, as: UTF8.self)
    }
}

/// Several members of one group.
struct TestGroup {
    var members: [TestMember]

    /// The first creates the group and adds all others in one commit.
    init(
        _ names: [String], _ suite: CipherSuite = .mls128DHKEMX25519AES128GCMSHA256Ed25519,
        extensions: [Extension] = [], supporting types: [ExtensionType] = [], proposals: [ProposalType] = [],
        settings: GroupSettings = .rederivable
    ) throws {
        members = try names.map { try TestMember($0, suite, extensions: types) }
        for index in members.indices {
            members[index].capabilities.proposals = proposals
            members[index].settings = settings
        }
        try members[0].create(extensions: extensions)
        let joining = try members.dropFirst().map { try $0.keyPackage() }
        guard !joining.isEmpty else { return }
        let staged = try members[0].commit(adding: joining.map(\.keyPackage))
        for (index, own) in joining.enumerated() { try members[index + 1].join(staged, with: own) }
    }

    /// Sends a proposal to everybody.
    mutating func propose(
        _ sender: Int, public isPublic: Bool = false,
        _ make: (inout Group, HandshakeFraming, SignaturePrivateKey) throws -> MLSMessage
    ) throws {
        try deliver(try members[sender].propose(public: isPublic, make), from: sender)
    }

    /// Everybody but the sender receives it.
    mutating func deliver(_ message: MLSMessage, from sender: Int) throws {
        for index in members.indices where index != sender { try members[index].receive(message) }
    }

    /// All are in the same epoch with the same secrets and tree, and can read each other.
    mutating func expectAgreement(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let first = try members[0].group
        for index in members.indices {
            let group = try members[index].group
            #expect(group.epoch == first.epoch, sourceLocation: sourceLocation)
            #expect(group.epochAuthenticator == first.epochAuthenticator, sourceLocation: sourceLocation)
            #expect(group.context == first.context, sourceLocation: sourceLocation)
            #expect(group.ratchetTree == first.ratchetTree, sourceLocation: sourceLocation)
            #expect(
                try group.exportSecret(label: "test", context: [1], length: 16)
                    == first.exportSecret(label: "test", context: [1], length: 16), sourceLocation: sourceLocation)
            let message = try members[index].encrypt("from \(members[index].name)")
            for other in members {
                #expect(try other.decrypt(message) == "from \(members[index].name)", sourceLocation: sourceLocation)
            }
        }
    }
}
