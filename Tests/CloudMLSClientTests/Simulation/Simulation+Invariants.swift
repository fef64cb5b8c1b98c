import CloudMLSAPI
import CloudMLSClient
import MLS
import MLSCodec

/// What must hold when things have calmed down and everybody is up to date.
extension Simulation {
    /// What the two servers and the messenger have in the end.
    struct Ending: Sendable {
        var groups: [[UInt8]: AuthDeliveryWorld.Group]
        var owners: [AccountAddress: String]
        var keyPackages: [(ref: [UInt8], value: AuthDeliveryWorld.PooledKeyPackage)]
        var inboxes: [String: [InboxEntry]]
        var posted: [[UInt8]]
        var texts: [String: [String]]
        /// By user name.
        var heads: [String: [[UInt8]: GroupSnapshot]]
        var pools: [String: KeyPackagePool]
        var parked: [String: ParkedMessages]
    }

    func checkInvariants() {
        switch executor.finish({ [self] in try await ending() }) {
        case .success(let ending):
            checkAgreement(ending)
            checkMessages(ending)
            checkGenerations(ending)
            checkKeyPackages(ending)
            checkLeftovers(ending)
        case .failure(let error): violate("the ending cannot be read: \(error)")
        case nil: violate("the ending cannot be read")
        }
    }

    private func ending() async throws -> Ending {
        var ending = Ending(
            groups: await world.groups, owners: await world.owners, keyPackages: await world.keyPackages,
            inboxes: await world.inboxes, posted: await world.posted, texts: await chats.texts, heads: [:], pools: [:],
            parked: [:])
        for user in users {
            let store = try user.sealedStore(DirectConnection())
            for id in ending.groups.keys {
                ending.heads[user.name, default: [:]][id] = try await GroupSnapshot.load(GroupID(id), from: store)
            }
            ending.pools[user.name] =
                try await store.value(StorePath.keyPackages(user.account)).decoded() ?? KeyPackagePool()
            ending.parked[user.name] = try await store.value(StorePath.parked).decoded() ?? ParkedMessages()
        }
        return ending
    }

    /// Both servers and all members agree about every group.
    private func checkAgreement(_ ending: Ending) {
        for (id, group) in ending.groups where group.epoch > 0 {
            let name = id.hex.prefix(4)
            var authenticators: Set<[UInt8]> = []
            for user in users {
                let snapshot = ending.heads[user.name]?[id]
                if user.isRolledBack, !hasHelp(for: user, in: id, ending) { continue }
                guard group.members.contains(user.account) else {
                    if let head = snapshot?.head, head.status != .removed {
                        violate("\(user.name) takes itself for a member of \(name)")
                    }
                    continue
                }
                guard let snapshot, let head = snapshot.head, let state = snapshot.group else {
                    violate("\(user.name) is a member of \(name) and does not know it")
                    continue
                }
                if head.status != .active { violate("\(user.name) is \(head.status) in \(name)") }
                if head.intent != nil { violate("\(user.name) still has an intent in \(name)") }
                if state.epoch != group.epoch {
                    violate("\(user.name) is in epoch \(state.epoch) of \(name), the server in \(group.epoch)")
                }
                if Set(state.members.compactMap(\.account)) != group.members {
                    violate("\(user.name) has other members in \(name) than the server")
                }
                authenticators.insert(state.epochAuthenticator.bytes)
            }
            if authenticators.count > 1 { violate("the members of \(name) have different epoch authenticators") }
        }
    }

    /// Whether somebody else in the group could add this user again: everybody may have lost what led to its epoch.
    private func hasHelp(for user: SimulatedUser, in group: [UInt8], _ ending: Ending) -> Bool {
        users.contains { other in
            guard other !== user, let state = ending.groups[group], state.members.contains(other.account),
                !state.rejoining.contains(other.account), let snapshot = ending.heads[other.name]?[group]
            else { return false }
            return snapshot.head?.status == .active && snapshot.index.group(GroupID(group))?.status == .active
        }
    }

    /// Who was in which epoch of a group, as its log says.
    private func memberships(of group: AuthDeliveryWorld.Group) -> [UInt64: Set<AccountAddress>] {
        var members: Set<AccountAddress> = [group.creator]
        var epochs: [UInt64: Set<AccountAddress>] = [0: members]
        for entry in group.log where entry.kind == .commit {
            guard case .privateMessage(let message)? = try? MLSMessage(decoding: entry.message.array),
                let announcement = try? CommitAnnouncement(decoding: message.authenticatedData)
            else { continue }
            members.subtract(announcement.removed)
            members.formUnion(announcement.added.map(\.account))
            epochs[entry.epoch + 1] = members
        }
        return epochs
    }

    /// No message is lost, shown twice, or shown as another one.
    private func checkMessages(_ ending: Ending) {
        let memberships = ending.groups.mapValues(memberships)
        for (chat, texts) in ending.texts {
            for sealed in texts {
                guard let original = self.sealed[sealed], let message = privateMessage(sealed) else {
                    violate("\(chat) has a text that nobody sent")
                    continue
                }
                let readers = memberships[message.groupID]?[message.epoch] ?? []
                for device in devices where readers.contains(device.user.account) {
                    let count = device.shown[original.text] ?? 0
                    if device.user.isRolledBack, !original.text.hasPrefix(Self.lastWords) {
                        // It may be of an epoch that is lost, or was read before the epoch came back.
                        if count > 1 { violate("\(device) has shown \"\(original.text)\" \(count) times") }
                        continue
                    }
                    check(sealed, original, on: device)
                    if count != 1 { violate("\(device) has shown \"\(original.text)\" \(count) times") }
                }
            }
        }
    }

    private func check(_ sealed: String, _ original: SealedText, on device: SimulatedDevice) {
        guard let objects = try? device.user.sealedStore(DirectConnection()) else { return }
        let read = executor.finish { try await MessageReader(objects: objects).read(sealed) }
        guard case .success(.sealed(let message)) = read else {
            return violate("\(device.user.name) cannot read \"\(original.text)\"")
        }
        if message.text != original.text || message.sender != original.sender {
            violate("\(device.user.name) reads \"\(message.text)\" by \(message.sender) for \"\(original.text)\"")
        }
    }

    private func privateMessage(_ sealed: String) -> PrivateMessage? {
        guard case .sealed(let bytes) = MessageText.decode(sealed),
            case .privateMessage(let message)? = try? MLSMessage(decoding: bytes)
        else { return nil }
        return message
    }

    /// No generation of a ratchet was used for two messages, sent or only posted, accepted or not.
    private func checkGenerations(_ ending: Ending) {
        struct Use: Hashable {
            var group: [UInt8]
            var position: RatchetPosition
            var isHandshake: Bool
        }
        let posted = ending.posted.compactMap { bytes -> PrivateMessage? in
            guard case .privateMessage(let message)? = try? MLSMessage(decoding: bytes) else { return nil }
            return message
        }
        var uses: Set<Use> = []
        for message in posted + sealed.keys.sorted().compactMap(privateMessage) {
            guard let record = record(message.epoch, of: GroupID(message.groupID)),
                let position = try? ratchetPosition(of: message, record: record)
            else { continue }
            let isHandshake = message.contentType != .application
            let use = Use(group: message.groupID, position: position, isHandshake: isHandshake)
            if !uses.insert(use).inserted {
                violate(
                    "generation \(position.generation) of leaf \(position.leafIndex) in epoch \(position.epoch) of "
                        + "\(message.groupID.hex.prefix(4)) was used twice")
            }
        }
    }

    /// An epoch's record, whoever has it.
    private func record(_ epoch: UInt64, of group: GroupID) -> [UInt8]? {
        for user in users {
            guard let store = try? user.sealedStore(DirectConnection()) else { continue }
            let value = executor.finish { try await store.value(StorePath.epoch(epoch, of: group)) }
            if case .success(let value) = value, let body = value.body { return body }
        }
        return nil
    }

    /// No KeyPackage that may be used, or was claimed and not used yet, lacks its private part.
    private func checkKeyPackages(_ ending: Ending) {
        var used: Set<[UInt8]> = []
        for group in ending.groups.values {
            for entry in group.log where entry.kind == .commit {
                guard case .privateMessage(let message)? = try? MLSMessage(decoding: entry.message.array),
                    let announcement = try? CommitAnnouncement(decoding: message.authenticatedData)
                else { continue }
                used.formUnion(announcement.added.map(\.keyPackageRef))
            }
        }
        for (ref, keyPackage) in ending.keyPackages where keyPackage.status != .withdrawn {
            guard let user = users.first(where: { $0.account == keyPackage.account }) else { continue }
            if ending.pools[user.name]?.entry(ref) == nil, keyPackage.isLastResort || !used.contains(ref) {
                violate("\(user.name)'s KeyPackage \(ref.hex.prefix(4)) has no private part")
            }
        }
    }

    /// Nothing waits, and nothing was given up.
    private func checkLeftovers(_ ending: Ending) {
        for user in users {
            for entry in ending.parked[user.name]?.entries ?? [] where !user.isRolledBack {
                violate("\(user.name) has parked a \(entry.kind) of \(entry.group.hex.prefix(4)): \(entry.reason)")
            }
            if let count = ending.inboxes[user.name]?.count, count > 0 {
                violate("\(user.name)'s inbox still has \(count) entries")
            }
        }
    }
}
