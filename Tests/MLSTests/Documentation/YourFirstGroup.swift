import MLS
import MLSCodec
import MLSCrypto

/// A client: who it is, what it signs with, and what it can do.
struct Client {
    let provider: any CipherSuiteProvider
    let credential: Credential
    let signer: SignatureKeyPair
    let capabilities: Capabilities

    init(_ name: String, _ suite: CipherSuite) throws {
        provider = try CipherSuiteProviders.provider(for: suite)
        credential = .basic(identity: Array(name.utf8))
        signer = try provider.generateSignatureKeyPair()
        capabilities = Capabilities(cipherSuites: [suite])
    }
}

/// Alice makes a group, adds Bob and writes to him. Returns what he reads.
///
/// - Parameter now: in seconds since 1970.
func yourFirstGroup(now: UInt64) throws -> String {
    let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519
    let alice = try Client("alice", suite)
    let bob = try Client("bob", suite)
    let month = Lifetime(from: now, duration: 30 * 86_400)

    // Bob publishes a KeyPackage, and keeps its private keys until he is added.
    let own = try KeyPackage.generate(
        provider: bob.provider, credential: bob.credential, signer: bob.signer, capabilities: bob.capabilities,
        lifetime: month)
    let published = MLSMessage.keyPackage(own.keyPackage).encoded

    // Alice creates a group, and commits that Bob is added. The commit is staged: it counts once she merges it.
    var alicesGroup = try Group.create(
        groupID: alice.provider.random(32).bytes, provider: alice.provider, credential: alice.credential,
        signer: alice.signer, capabilities: alice.capabilities, lifetime: month)
    guard case .keyPackage(let bobsKeyPackage) = try MLSMessage(decoding: published) else { return "" }
    let staged = try alicesGroup.stageCommit(
        CommitRequest(adding: [bobsKeyPackage], framing: try alicesGroup.reserveFraming()),
        policy: LifetimePolicy(now: now), signer: alice.signer.privateKey)
    // Here goes: store `alicesGroup`, which has given a key for the message, and `staged.merged`; send `staged.message` to
    // the members, and wait until it is accepted.
    try alicesGroup.merge(staged)

    // Bob joins with the Welcome, and both are in one epoch with the same secrets.
    guard case .welcome(let welcome) = staged.welcome else { return "" }
    var bobsGroup = try Group.join(
        welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, provider: bob.provider)
    guard bobsGroup.epochAuthenticator == alicesGroup.epochAuthenticator else { return "" }

    // Alice writes, and Bob reads. Both groups have deleted the message's key now: it is read once.
    let message = try alicesGroup.encrypt(Array("Hello Bob".utf8), signer: alice.signer.privateKey)
    let read = try bobsGroup.read(try MLSMessage(decoding: message.encoded))
    return String(decoding: read.data, as: UTF8.self)
}
