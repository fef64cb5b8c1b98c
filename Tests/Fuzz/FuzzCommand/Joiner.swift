import MLS
import MLSCodec

/// A client that is handed a Welcome or a GroupInfo by somebody who can forge everything. Where it gets in, the group is one
/// that it can go on in.
///
/// An input is a byte that says how, the length of a tree in two bytes, that tree, and the message.
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
        case .welcome(let welcome): join(welcome, kind, beside, groups)
        case .groupInfo(let groupInfo): joinExternally(groupInfo, kind, beside, groups)
        default: break
        }
    }

    /// - Parameter kind: 1 for who deletes its keys, 2 for a group that branches from another one, 4 for one that continues
    ///   one after a ReInit (RFC 9420 §11.2, §11.3).
    private static func join(_ welcome: Welcome, _ kind: UInt8, _ tree: [UInt8]?, _ groups: WeakGroups) {
        let previous = kind & 2 != 0 ? try? groups.crowd.group(0) : kind & 4 != 0 ? groups.ended : nil
        let own = previous == nil ? groups.joinerKeys : groups.followerKeys
        var client = previous == nil ? groups.joiner : groups.crowd.clients[0]
        client.settings = kind & 1 != 0 ? Client.deleting : .rederivable
        guard
            let group = try? Group.join(
                welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, ratchetTree: tree,
                preSharedKeys: groups.crowd.preSharedKeys, continuing: previous, settings: client.settings,
                provider: groups.provider)
        else { return }
        if let previous { check(group, continuing: previous) }
        use(group, client, groups)
    }

    private static func check(_ group: Group, continuing previous: Group) {
        expect(group.epoch == 1, "a group that continues another one begins in another epoch than 1")
        let (old, new) = (previous.members.map(\.credential), group.members.map(\.credential))
        if let reInit = previous.reInit {
            expect(old.allSatisfy(new.contains), "a member is missing after a ReInit")
            expect(
                reInit.groupID == group.groupID && reInit.extensions == group.extensions,
                "a group starts over as another one")
        } else {
            expect(new.allSatisfy(old.contains), "somebody is in a branch who was no member")
        }
    }

    /// - Parameter kind: 1 for who replaces the leaf that the next five bits say, 64 for who deletes its keys, 128 for who
    ///   takes SelfRemoves along.
    private static func joinExternally(
        _ groupInfo: GroupInfo, _ kind: UInt8, _ tree: [UInt8]?, _ groups: WeakGroups
    ) {
        var client = groups.joiner
        client.settings = kind & 0x40 != 0 ? Client.deleting : .rederivable
        var request = ExternalJoinRequest(
            credential: client.credential, signer: client.signer, capabilities: client.capabilities,
            ratchetTree: tree)
        if kind & 1 != 0 { request.replacing = LeafIndex(UInt32(kind >> 1 & 0x1f)) }
        if kind & 0x80 != 0 { request.selfRemoves = groups.messages.filter { $0.header?.contentType == .proposal } }
        let staged = try? Group.stageExternalJoin(
            groupInfo, request, settings: client.settings, provider: groups.provider)
        guard let staged else { return }
        use(staged.merged, client, groups)
    }

    private static func use(_ group: Group, _ client: Client, _ groups: WeakGroups) {
        let stored = group.encodedState
        let loaded = try? Group(decodingState: stored) { _ in groups.provider }
        expect(loaded?.encodedState == stored, "a joined group cannot be stored")
        expect(group.member(at: group.ownLeafIndex) != nil, "the own leaf is blank")
        expect(group.retention == client.settings.retention, "keys are kept for another time than asked for")
        guard group.epoch < .max else { return }
        do throws(MLSError) {
            let staged = try client.stage(group)
            expect(staged.merged.epoch == group.epoch + 1, "another epoch than the next")
            var sender = group
            _ = try client.encrypt([1], in: &sender)
        } catch {
            fatalError("who has joined cannot commit or speak: \(error)")
        }
    }
}
