import MLS
import MLSCodec
import MLSCrypto
import Testing

/// What a group looks at before it looks into a message (RFC 9420 §6).
@Suite struct FramingTests {
    private let sender: TestMember
    private let receiver: Group

    init() throws {
        let group = try TestGroup(["a", "b", "c"])
        sender = group.members[0]
        receiver = try group.members[1].group
    }

    private func expect(
        _ code: MLSError.Code, _ message: MLSMessage, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var group = receiver
        #expect(throws: MLSError(code), sourceLocation: sourceLocation) { try group.process(message) }
        #expect(group == receiver, sourceLocation: sourceLocation)
    }

    @Test func otherGroupsAndEpochs() throws {
        var sender = sender
        guard case .privateMessage(let message) = try sender.encrypt("x"),
            case .publicMessage(let open) = try sender.stage(public: true).message
        else {
            Issue.record("messages of another form")
            return
        }
        var changed = message
        changed.groupID = [9]
        expect(.wrongGroup, .privateMessage(changed))
        changed = message
        changed.epoch += 1
        expect(.wrongEpoch, .privateMessage(changed))
        changed.epoch -= 2
        expect(.wrongEpoch, .privateMessage(changed))
        var other = open
        other.content.groupID = [9]
        expect(.wrongGroup, .publicMessage(other))
        other = open
        other.content.epoch = 0
        expect(.wrongEpoch, .publicMessage(other))
    }

    @Test func membershipTags() throws {
        var sender = sender
        let proposal = try sender.propose(public: true) {
            try $0.proposeRemove(LeafIndex(2), framing: $1, signer: $2)
        }
        guard case .publicMessage(var message) = proposal else {
            Issue.record("not a PublicMessage")
            return
        }
        message.membershipTag = message.membershipTag.map { $0.map { $0 ^ 1 } }
        expect(.authenticationFailed, .publicMessage(message))
        message.membershipTag = []
        expect(.authenticationFailed, .publicMessage(message))
        var group = receiver
        _ = try group.process(proposal)
    }

    /// Nobody stands there, whatever the signature says.
    @Test(arguments: [3, 4, .max] as [UInt32])
    func blankSenders(leaf: UInt32) throws {
        let group = try sender.group
        for framing in [HandshakeFraming.publicMessage, .privateMessage(generation: 0)] {
            let content = FramedContent(
                groupID: group.groupID, epoch: group.epoch, sender: .member(LeafIndex(leaf)), authenticatedData: [],
                body: .proposal(.remove(LeafIndex(2))))
            let signed = try AuthenticatedContent.signed(
                content, as: framing == .publicMessage ? .publicMessage : .privateMessage,
                groupContext: group.context.encoded, with: sender.signer.privateKey, provider: sender.provider)
            expect(.unknownMember, try group.protect(signed, framing: framing))
        }
    }
}
