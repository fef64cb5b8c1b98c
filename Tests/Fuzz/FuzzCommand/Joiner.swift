import MLS
import MLSCodec

/// A client that is handed a Welcome or a GroupInfo by somebody who can forge everything. Where it gets in, the group is one
/// that it can go on in.
///
/// An input is a byte that says which, the length of a tree in two bytes, that tree, and the message.
enum Joiner {
    static func run(_ input: [UInt8]) {
        let groups = WeakGroups.shared
        groups.provider.reset(to: 1 << 34)
        var reader = MLSReader(input)
        guard let kind = try? reader.readInteger(UInt8.self), let length = try? reader.readInteger(UInt16.self),
            let tree = try? reader.readRaw(min(Int(length), reader.remaining)),
            let rest = try? reader.readRaw(reader.remaining), let message = try? MLSMessage(decoding: rest)
        else { return }
        let beside = tree.isEmpty ? nil : tree
        switch message {
        case .welcome(let welcome): join(welcome, beside, groups)
        case .groupInfo(let groupInfo): joinExternally(groupInfo, kind, beside, groups)
        default: break
        }
    }

    private static func join(_ welcome: Welcome, _ tree: [UInt8]?, _ groups: WeakGroups) {
        let own = groups.joinerKeys
        guard
            let group = try? Group.join(
                welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, ratchetTree: tree,
                preSharedKeys: groups.crowd.preSharedKeys, settings: .rederivable, provider: groups.provider)
        else { return }
        use(group, groups)
    }

    private static func joinExternally(
        _ groupInfo: GroupInfo, _ kind: UInt8, _ tree: [UInt8]?, _ groups: WeakGroups
    ) {
        var request = ExternalJoinRequest(
            credential: groups.joiner.credential, signer: groups.joiner.signer,
            capabilities: groups.joiner.capabilities, ratchetTree: tree)
        if kind & 1 != 0 { request.replacing = LeafIndex(UInt32(kind >> 1)) }
        if kind & 0x80 != 0 { request.selfRemoves = groups.messages.filter { $0.header?.contentType == .proposal } }
        let staged = try? Group.stageExternalJoin(
            groupInfo, request, settings: .rederivable, provider: groups.provider)
        guard let staged else { return }
        use(staged.merged, groups)
    }

    private static func use(_ group: Group, _ groups: WeakGroups) {
        let stored = group.encodedState
        let loaded = try? Group(decodingState: stored) { _ in groups.provider }
        expect(loaded?.encodedState == stored, "a joined group cannot be stored")
        expect(group.member(at: group.ownLeafIndex) != nil, "the own leaf is blank")
        guard group.epoch < .max else { return }
        do throws(MLSError) {
            let staged = try groups.joiner.stage(group)
            expect(staged.merged.epoch == group.epoch + 1, "another epoch than the next")
        } catch {
            fatalError("who has joined cannot commit: \(error)")
        }
    }
}
