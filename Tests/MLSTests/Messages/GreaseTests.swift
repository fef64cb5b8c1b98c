import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Values that mean nothing, sent and received (RFC 9420 §13.5).
@Suite struct GreaseTests {
    private static let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519

    @Test func theValuesAreThoseOfTheSpecification() {
        #expect(Grease.values.count == 15)
        #expect(Grease.values.first == 0x0A0A)
        #expect(Grease.values.last == 0xEAEA)
        for value in Grease.values {
            #expect(value & 0xFF == value >> 8 && value & 0x0F == 0x0A)
            #expect(!ExtensionType(rawValue: value).isDefault && !ProposalType(rawValue: value).isDefault)
        }
    }

    @Test func everyListThatMayHaveOneHasOne() throws {
        let provider = try SwiftCryptoProvider(Self.suite)
        let own = Capabilities(cipherSuites: [Self.suite])
        var seen: Set<UInt16> = []
        for _ in 0..<40 {
            let sent = own.greased(provider: provider)
            #expect(sent.versions == own.versions)
            #expect(sent.cipherSuites.dropLast() == own.cipherSuites[...])
            #expect(sent.credentials.dropLast() == own.credentials[...])
            let added =
                sent.cipherSuites.suffix(1).map(\.rawValue) + sent.extensions.map(\.rawValue)
                + sent.proposals.map(\.rawValue) + sent.credentials.suffix(1).map(\.rawValue)
            #expect(added.count == 4)
            #expect(added.allSatisfy(Grease.values.contains))
            seen.formUnion(added)
        }
        #expect(seen.count > 5)
    }

    /// A group whose members all send such values wherever they may works as any other.
    @Test func membersIgnoreThem() throws {
        var members = try ["a", "b", "c"].map { try TestMember($0, Self.suite) }
        for index in members.indices {
            let provider = members[index].provider
            let unknown = Grease.unknownExtension(provider: provider)
            members[index].capabilities = members[index].capabilities.greased(
                extensions: [unknown.type], provider: provider)
            let (keyPackage, privateKeys) = try KeyPackage.generate(
                provider: provider, credential: members[index].credential, signer: members[index].signer,
                capabilities: members[index].capabilities, lifetime: TestMember.lifetime, leafExtensions: [unknown],
                extensions: [unknown])
            if index == 0 {
                try members[0].create()
                continue
            }
            let staged = try members[0].commit(adding: [keyPackage]) {
                $0.groupInfoExtensions = [Grease.unknownExtension(provider: provider)]
            }
            for other in 1..<index { try members[other].receive(staged.message) }
            try members[index].join(staged, with: (keyPackage, privateKeys))
        }
        var group = try TestGroup(["unused"])
        group.members = members
        try group.expectAgreement()
        let commit = try group.members[2].commit()
        try group.deliver(commit.message, from: 2)
        try group.expectAgreement()
        #expect(try group.members[0].group.member(at: LeafIndex(2))?.leafNode.extensions.count == 1)
    }

    /// Where everybody must understand everything, such a value is refused like any other unknown one.
    @Test func theyHaveNoPlaceInTheGroup() throws {
        var group = try TestGroup(["a", "b"])
        let unknown = Grease.unknownExtension(provider: group.members[0].provider)
        #expect(throws: MLSError(.invalidLeafNode)) { try group.members[0].stage { $0.extensions = [unknown] } }
        // Listing it is not enough where the leaf does not.
        #expect(throws: MLSError(.invalidLeafNode)) {
            try group.members[0].stage { $0.leafUpdate = LeafUpdate(extensions: [unknown]) }
        }
        for value in Grease.values {
            #expect(throws: CodecError.self) { try Credential(decoding: value.encoded + [0]) }
        }
    }

    /// What a client lists without meaning it is nothing that it can do: others may be content with it, the client is not.
    @Test func aClientsOwnValuesDoNotCount() throws {
        let extensionType = ExtensionType(rawValue: 0x2A2A)
        let proposalType = ProposalType(rawValue: 0x3A3A)
        let demands: [[Extension]] = [
            [Extension(type: extensionType, data: [])],
            [.requiredCapabilities(RequiredCapabilities(extensionTypes: [extensionType]))],
            [.requiredCapabilities(RequiredCapabilities(proposalTypes: [proposalType]))],
        ]
        let group = try TestGroup(["a", "b"], supporting: [extensionType], proposals: [proposalType])
        let (member, attacker) = (group.members[0], group.members[1])
        var leaf = try #require(try attacker.group.member(at: LeafIndex(1))).leafNode
        leaf.content.source = .commit(parentHash: [])
        for extensions in demands {
            var creator = member
            #expect(throws: MLSError(.invalidLeafNode)) { try creator.create([7], extensions: extensions) }
            #expect(throws: MLSError(.invalidLeafNode)) { try creator.stage { $0.extensions = extensions } }

            let commit = Commit(
                proposals: [.proposal(.groupContextExtensions(extensions))],
                path: UpdatePath(leafNode: leaf, nodes: []))
            var signed = try attacker.group.sign(
                .commit(commit), as: .publicMessage, authenticatedData: [], signer: attacker.signer.privateKey)
            signed.auth.confirmationTag = [1]
            var receiver = try member.group
            let message = try attacker.group.protect(signed, framing: .publicMessage)
            #expect(throws: MLSError(.invalidLeafNode)) { try receiver.process(message) }

            var joiner = try TestMember("c", Self.suite, extensions: [extensionType])
            joiner.capabilities.proposals = [proposalType]
            var info = try member.publishedGroupInfo()
            info.content.groupContext.extensions = extensions
            info = try GroupInfo.signed(info.content, with: member.signer.privateKey, provider: member.provider)
            #expect(throws: MLSError(.invalidLeafNode)) { try joiner.stageExternalJoin(info) }
        }
        // Proposed to it, they are left for others: it can commit nevertheless.
        for extensions in demands {
            var pair = group
            try pair.propose(1) { try $0.proposeExtensions(extensions, framing: $1, signer: $2) }
            let staged = try pair.members[0].stage()
            #expect(staged.proposals.isEmpty)
        }
        // Its own leaf cannot become one that only seems to do what the group requires.
        let known = ExtensionType(rawValue: 0xf7c1)
        let strict = try TestGroup(
            ["a", "b"], extensions: [.requiredCapabilities(RequiredCapabilities(extensionTypes: [known]))],
            supporting: [known, extensionType])
        var capabilities = strict.members[0].capabilities
        capabilities.extensions = [extensionType]
        var updating = strict.members[0]
        #expect(throws: MLSError(.invalidLeafNode)) {
            try updating.stage { $0.leafUpdate = LeafUpdate(capabilities: capabilities) }
        }
    }
}
