import MLS
import MLSCodec
import MLSCrypto
import Testing

/// A committer who sends a Welcome into something that is not the group (RFC 9420 §12.4.3.1).
@Suite struct ForgedWelcomeTests {
    /// Nobody else lists it.
    private static let ownExtension = ExtensionType(rawValue: 0xf0aa)

    private let committer: TestMember
    private let own: (keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys)
    private let welcome: Welcome
    private let provider: any CipherSuiteProvider

    init() throws {
        // All list a value that means nothing (RFC 9420 §13.5).
        let listed = [ExtensionType(rawValue: 0x1a1a)]
        var group = try TestGroup(["a", "b"], supporting: listed)
        let joiner = try TestMember(
            "c", group.members[0].provider.cipherSuite, extensions: listed + [Self.ownExtension])
        own = try joiner.keyPackage()
        let staged = try group.members[0].stage(adding: [own.keyPackage]) { $0.forcesPath = true }
        guard case .welcome(let welcome)? = staged.welcome else { throw MLSError(.malformed) }
        self.welcome = welcome
        committer = group.members[0]
        provider = committer.provider
    }

    /// The Welcome with another content, all signatures and encryptions done again by the committer.
    private func join(
        signs: Bool = true, _ change: (inout GroupInfo) -> Void = { _ in },
        secrets changeSecrets: (inout GroupSecrets) -> Void = { _ in }
    ) throws {
        var secrets = try GroupSecrets(
            decoding: provider.decryptWithLabel(
                own.privateKeys.initKey, label: "Welcome", context: welcome.encryptedGroupInfo,
                ciphertext: welcome.secrets[0].encryptedGroupSecrets))
        let schedule = KeySchedule(
            joinerSecret: secrets.joinerSecret, pskSecret: SecretBytes(zeros: 32), provider: provider)
        let keys = try schedule.welcomeKeyAndNonce(provider: provider)
        var groupInfo = try GroupInfo(
            decoding: provider.open(
                welcome.encryptedGroupInfo, key: keys.key, nonce: keys.nonce, authenticating: []))
        change(&groupInfo)
        if signs {
            groupInfo = try GroupInfo.signed(
                groupInfo.content, with: committer.signer.privateKey, provider: provider)
        }
        changeSecrets(&secrets)

        var forged = welcome
        forged.encryptedGroupInfo = try provider.seal(
            groupInfo.encoded, key: keys.key, nonce: keys.nonce, authenticating: [])
        forged.secrets[0].encryptedGroupSecrets = try provider.encryptWithLabel(
            own.keyPackage.initKey, label: "Welcome", context: forged.encryptedGroupInfo, plaintext: secrets.encoded)
        _ = try Group.join(
            forged, keyPackage: own.keyPackage, privateKeys: own.privateKeys, provider: provider)
    }

    /// So that what the other tests see comes from their change alone.
    @Test func unchangedItIsAccepted() throws {
        try join()
        try join(signs: false)
        try join { $0.content.extensions.append(Extension(type: ExtensionType(rawValue: 0x0a0a), data: [1])) }
    }

    @Test func signatures() {
        #expect(throws: MLSError(.authenticationFailed)) { try join(signs: false) { $0.signature[0] ^= 1 } }
        #expect(throws: MLSError(.authenticationFailed)) {
            try join(signs: false) { $0.content.confirmationTag[0] ^= 1 }
        }
        #expect(throws: MLSError(.authenticationFailed)) { try join { $0.content.signer = LeafIndex(1) } }
        #expect(throws: MLSError(.invalidGroupInfo)) { try join { $0.content.signer = LeafIndex(3) } }
        #expect(throws: MLSError(.invalidGroupInfo)) { try join { $0.content.signer = LeafIndex(.max) } }
    }

    @Test func anotherGroupThanTheOneOfTheTree() {
        #expect(throws: MLSError(.invalidTree)) { try join { $0.content.groupContext.treeHash[0] ^= 1 } }
        #expect(throws: MLSError(.invalidTree)) {
            try join { $0.content.extensions.removeAll { $0.type == .ratchetTree } }
        }
        #expect(throws: MLSError(.malformed)) {
            try join { $0.content.extensions = [Extension(type: .ratchetTree, data: [0])] }
        }
        // Leaves that came by commit or Update are signed for their group; here the committer's is.
        #expect(throws: MLSError(.authenticationFailed)) { try join { $0.content.groupContext.groupID = [9] } }
    }

    @Test func otherSecretsThanTheGroups() {
        #expect(throws: MLSError(.authenticationFailed)) { try join { $0.content.confirmationTag[0] ^= 1 } }
        #expect(throws: MLSError(.authenticationFailed)) { try join { $0.content.groupContext.epoch += 1 } }
        #expect(throws: MLSError(.authenticationFailed)) {
            try join { $0.content.groupContext.confirmedTranscriptHash[0] ^= 1 }
        }
        #expect(throws: MLSError(.invalidTree)) {
            try join(secrets: { $0.pathSecret = SecretBytes(zeros: 32) })
        }
    }

    /// The joiner could, but the others' leaves are not what such a group demands (RFC 9420 §7.3).
    @Test func contextsThatOthersCannotLiveWith() {
        for extensions in [
            [Extension(type: Self.ownExtension, data: [])],
            [.requiredCapabilities(RequiredCapabilities(extensionTypes: [Self.ownExtension]))],
        ] {
            #expect(throws: MLSError(.invalidLeafNode)) {
                try join { $0.content.groupContext.extensions = extensions }
            }
        }
    }

    @Test func contextsThatThisClientCannotLiveWith() {
        #expect(throws: MLSError(.invalidGroupInfo)) {
            try join { $0.content.groupContext.cipherSuite = CipherSuite(rawValue: 3) }
        }
        #expect(throws: MLSError(.invalidLeafNode)) {
            try join {
                $0.content.groupContext.extensions = [Extension(type: ExtensionType(rawValue: 0xf000), data: [])]
            }
        }
        let meaningless = ExtensionType(rawValue: 0x1a1a)
        for extensions in [
            [Extension(type: meaningless, data: [])],
            [.requiredCapabilities(RequiredCapabilities(extensionTypes: [meaningless]))],
        ] {
            #expect(throws: MLSError(.invalidLeafNode)) {
                try join { $0.content.groupContext.extensions = extensions }
            }
        }
        for type in [ExtensionType.requiredCapabilities, .externalSenders] {
            #expect(throws: MLSError(.invalidGroupInfo)) {
                try join { $0.content.groupContext.extensions = [Extension(type: type, data: [7])] }
            }
        }
        let twice = [Extension.applicationID([1]), .applicationID([2])]
        #expect(throws: MLSError(.invalidGroupInfo)) { try join { $0.content.groupContext.extensions = twice } }
        #expect(throws: MLSError(.invalidGroupInfo)) { try join { $0.content.extensions += twice } }
    }
}
