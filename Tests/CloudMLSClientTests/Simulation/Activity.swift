import CloudMLSAPI
import CloudMLSClient

/// Something that a user does on a device. What it is about is picked by numbers out of what the device knows then, so
/// that it can be decided before that is known.
enum Activity: Sendable, Equatable {
    case addAccount
    case createGroup(chat: String, members: [AccountAddress])
    case addMember(group: Int, AccountAddress)
    case removeMember(group: Int, member: Int)
    case leave(group: Int)
    case refresh(group: Int)
    case maintainKeyPackages
    case synchronise(wait: Int)
    case send(group: Int, text: String)
    case read(group: Int)
    /// Everything in all groups, one after the other.
    case readAll
    case sendToAll(text: String)
    /// What people do who were told that a member asks to be added again with another identity key, and asked it.
    case readmit(AccountAddress)

    var isReading: Bool {
        switch self {
        case .read, .readAll: true
        default: false
        }
    }
}

extension SimulatedDevice {
    /// Does it, as the command line would.
    ///
    /// - Returns: what is wrong with single groups.
    func perform(_ activity: Activity) async throws -> [GroupProblem] {
        let messenger = try messenger()
        switch activity {
        case .addAccount:
            try await messenger.addAccount(user.account, settings: ["folder": "/chats"])
        case .createGroup(let chat, let members):
            try await messenger.createGroup(chat: chat, account: user.account, members: members)
        case .addMember(let group, let account):
            guard let group = try await active(messenger, group) else { break }
            try await messenger.addMembers([account], to: group.id)
        case .removeMember(let group, let member):
            guard let group = try await active(messenger, group) else { break }
            let others = try await messenger.members(of: group.id).filter { $0 != user.account }.sorted()
            guard !others.isEmpty else { break }
            try await messenger.removeMembers([others[member % others.count]], from: group.id)
        case .leave(let group):
            guard let group = try await active(messenger, group) else { break }
            try await messenger.leave(group.id)
        case .refresh(let group):
            guard let group = try await active(messenger, group) else { break }
            try await messenger.refresh(group.id)
        case .maintainKeyPackages:
            try await messenger.maintainKeyPackages()
        case .synchronise(let wait):
            return try await messenger.sync(wait: wait).problems
        case .send(let group, let text):
            guard let group = try await active(messenger, group) else { break }
            try await conversation(in: group).send(text)
        case .sendToAll(let text):
            for group in try await messenger.groups() where group.state == .active {
                try await conversation(in: group).send("\(text) \(group.id.hex.prefix(4))")
            }
        case .readmit(let account):
            for group in try await messenger.groups() where group.state == .active {
                let state = await simulation.world.groups[group.id.bytes]
                guard let state, state.rejoining.contains(account) else { continue }
                try await messenger.removeMembers([account], from: group.id)
                try await messenger.addMembers([account], to: group.id)
            }
        case .read(let group):
            let groups = try await messenger.groups()
            guard !groups.isEmpty else { break }
            try await read(groups[group % groups.count])
        case .readAll:
            for group in try await messenger.groups() { try await read(group) }
        }
        return []
    }

    private func active(_ messenger: Messenger, _ number: Int) async throws -> GroupSummary? {
        let groups = try await messenger.groups().filter { $0.state == .active }
        return groups.isEmpty ? nil : groups[number % groups.count]
    }

    private func read(_ group: GroupSummary) async throws {
        let conversation = try conversation(in: group)
        let page = try await conversation.unread()
        for message in page.messages {
            if case .sealed(let text, _) = message.content { shown[text, default: 0] += 1 }
        }
        try await conversation.markRead(page)
    }
}
