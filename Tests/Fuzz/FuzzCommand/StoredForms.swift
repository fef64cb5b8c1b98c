import MLS
import MLSCodec

/// Stored forms: any bytes give a value or an error; and whatever they have become, using it answers or throws.
///
/// The first byte says what the rest is.
enum StoredForms {
    static func run(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let bytes = Array(input.dropFirst())
        switch first % 6 {
        case 0: group(bytes)
        case 1: record(bytes)
        case 2: roster(bytes)
        case 3: _ = Decoding.checked(PendingProposal.self, bytes)
        case 4: _ = Decoding.checked(KeyPackagePrivateKeys.self, bytes)
        default: pagedGroup(bytes)
        }
    }

    private static func group(_ bytes: [UInt8]) {
        let groups = WeakGroups.shared
        groups.provider.reset(to: 1 << 33)
        guard let group = try? Group(decodingState: bytes, providers: { _ in groups.provider }) else { return }
        // A group of version 2 that version 1 can say is written as version 1.
        let stored = group.encodedState
        expect(
            (try? Group(decodingState: stored, providers: { _ in groups.provider })) == group, "the stored form differs"
        )
        use(group)
    }

    /// A head, to the pages of an honest group.
    private static func pagedGroup(_ bytes: [UInt8]) {
        let groups = WeakGroups.shared
        groups.provider.reset(to: 1 << 33)
        guard
            let group = try? Group(
                decodingPagedHead: bytes, providers: { _ in groups.provider }, page: { groups.pages[$0] })
        else { return }
        let pages = Dictionary(group.pageChanges(since: nil).added.map { ($0.name, $0.bytes) }) { first, _ in first }
        expect(
            (try? Group(
                decodingPagedHead: group.pagedHead, providers: { _ in groups.provider }, page: { pages[$0] })) == group,
            "the stored form in pages differs")
        use(group)
    }

    private static func use(_ stored: Group) {
        let groups = WeakGroups.shared
        var group = stored
        for message in groups.messages {
            let state = group.encodedState
            var copy = group
            switch try? copy.process(message, preSharedKeys: groups.crowd.preSharedKeys) {
            case .commit(let staged): _ = try? copy.merge(staged)
            case nil: expect(copy.encodedState == state, "a message that was refused changed the group")
            default: break
            }
        }
        let client = groups.crowd.clients[0]
        let signer = client.signer.privateKey
        if let staged = try? client.stage(group, { $0.preSharedKeys = groups.crowd.preSharedKeys }) {
            var copy = group
            expect((try? copy.merge(staged)) != nil, "a staged commit cannot be merged")
        }
        _ = group.epochRecord
        _ = try? group.groupInfo(includesExternalPub: true, signer: signer)
        _ = try? group.encrypt([1], generation: 0, signer: signer)
        _ = try? group.encrypt([1], signer: signer)
        _ = try? group.reserveFraming()
        _ = try? group.exportSecret(label: "x", context: [], length: 16)
        _ = try? group.proposeUpdate(framing: .publicMessage, signer: signer)
        var roster = Roster()
        roster.record(group)
        _ = Decoding.checked(Roster.self, roster.encoded)
    }

    private static func record(_ bytes: [UInt8]) {
        guard let record = Decoding.checked(EpochRecord.self, bytes), let group = try? WeakGroups.shared.crowd.group(0)
        else { return }
        var roster = Roster()
        roster.record(group)
        use(record, roster)
    }

    private static func roster(_ bytes: [UInt8]) {
        guard var roster = Decoding.checked(Roster.self, bytes), let group = try? WeakGroups.shared.crowd.group(0)
        else { return }
        use(group.epochRecord, roster)
        _ = roster.members(in: group.epoch)
        roster.record(group)
        _ = Decoding.checked(Roster.self, roster.encoded)
    }

    private static func use(_ record: EpochRecord, _ roster: Roster) {
        for message in WeakGroups.shared.messages where message.header?.contentType == .application {
            _ = try? record.decrypt(message, roster: roster, provider: WeakGroups.shared.provider, generationLimit: 50)
        }
    }
}
