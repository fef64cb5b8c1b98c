import MLS
import MLSCodec
import Testing

@Suite struct MessageCodecTests {
    @Test(arguments: Samples.messages)
    func messagesRoundTrip(_ message: MLSMessage) throws {
        #expect(try MLSMessage(decoding: message.encoded) == message)
    }

    @Test(arguments: Samples.messages)
    func everyTruncationIsRefused(_ message: MLSMessage) {
        let bytes = message.encoded
        for length in 0..<bytes.count {
            #expect(throws: CodecError.self) { try MLSMessage(decoding: Array(bytes.prefix(length))) }
        }
        #expect(throws: CodecError(.trailingBytes)) { try MLSMessage(decoding: bytes + [0]) }
    }

    @Test func secretsOfAWelcomeRoundTrip() throws {
        let secrets = Samples.groupSecrets
        #expect(try GroupSecrets(decoding: secrets.encoded) == secrets)
    }

    /// What RFC 9420 §13.5 wants ignored is carried, byte for byte.
    @Test func unknownValuesInListsAreCarried() throws {
        let leaf = try LeafNode(decoding: Samples.leafNodes[0].encoded)
        #expect(leaf.capabilities.cipherSuites.last == CipherSuite(rawValue: 0x1a1a))
        #expect(leaf.extensions.last?.type == ExtensionType(rawValue: 0x0a0a))
    }

    /// What has no length cannot be carried: RFC 9420 §13.5 wants the message refused.
    @Test func unknownCredentialsAreRefused() {
        #expect(throws: CodecError(.invalidValue)) { try Credential(decoding: [0x0a, 0x0a, 0]) }
    }

    @Test(arguments: [[0, 2, 0, 5], [0, 1, 0, 9], [0, 0, 0, 1], [0, 1, 0, 0]] as [[UInt8]])
    func otherVersionsAndWireFormatsAreRefused(_ prefix: [UInt8]) {
        #expect(throws: CodecError(.invalidValue)) {
            try MLSMessage(decoding: prefix + [UInt8](repeating: 0, count: 64))
        }
    }

    /// What would be right but for its version.
    @Test(arguments: Samples.messages)
    func messagesOfAnotherVersionAreRefused(_ message: MLSMessage) {
        #expect(throws: CodecError(.invalidValue)) { try MLSMessage(decoding: [0, 2] + message.encoded.dropFirst(2)) }
    }

    @Test func headersCanBeReadByAnybody() throws {
        let header = try #require(MLSMessage.privateMessage(Samples.privateMessage).header)
        #expect(header.groupID == [1])
        #expect(header.epoch == 2)
        #expect(header.contentType == .commit)
        #expect(header.authenticatedData == [3])
        #expect(MLSMessage.welcome(Samples.welcome).header == nil)
        #expect(Samples.welcome.newMembers == [KeyPackageRef([1])])
    }

    @Test func requiredCapabilities() {
        let capabilities = Samples.capabilities
        #expect(capabilities.satisfies(RequiredCapabilities()))
        #expect(capabilities.satisfies(RequiredCapabilities(extensionTypes: [.ratchetTree, .lastResort])))
        #expect(capabilities.satisfies(RequiredCapabilities(proposalTypes: [.add, .groupContextExtensions])))
        #expect(!capabilities.satisfies(RequiredCapabilities(extensionTypes: [ExtensionType(rawValue: 0xf7c1)])))
        #expect(!capabilities.satisfies(RequiredCapabilities(credentialTypes: [.x509])))
        #expect(!capabilities.satisfies(RequiredCapabilities(proposalTypes: [ProposalType(rawValue: 9)])))
    }

    @Test func otherVersionsOfAGroupContextAreRefused() throws {
        let context = GroupContext(
            cipherSuite: CipherSuite(rawValue: 1), groupID: [1], epoch: 0, treeHash: [], confirmedTranscriptHash: [],
            extensions: [])
        #expect(try GroupContext(decoding: context.encoded) == context)
        #expect(throws: CodecError(.invalidValue)) {
            try GroupContext(decoding: [0, 2] + context.encoded.dropFirst(2))
        }
    }
}
