extension Messenger {
    /// The group that a person means: by its id in hexadecimal, or by its chat's name. Of several groups for one chat it
    /// is the first that can be written to, as in `group(chat:account:)`, else the newest.
    ///
    /// Where none is known that can be written to, what arrived meanwhile is fetched first, if the server is there.
    /// - Throws: `unknownGroup`, or why the server that may know the group could not be asked.
    public func group(named text: String) async throws -> GroupSummary {
        if let known = try await find(text), known.state == .active { return known }
        let synced = try await syncToRead()
        guard let found = try await find(text) else {
            _ = try synced.get()
            throw ClientError(
                .unknownGroup, "There is no group \"\(text)\".", hint: "Look at the list of groups.")
        }
        return found
    }

    private func find(_ text: String) async throws -> GroupSummary? {
        let groups = try await groups()
        if let id = GroupID(hex: text), let group = groups.first(where: { $0.id == id }) { return group }
        return groups.firstActive(chat: text) ?? groups.last { $0.chat == text }
    }

    /// The chat of a group on its platform. The device remembers what was read of it.
    public nonisolated func conversation(in group: GroupSummary, on platform: any MessagePlatform) -> Conversation {
        Conversation(
            chat: group.chat, platform: platform, sealing: GroupSealing(messenger: self, group: group),
            local: services.local, positionName: services.localScope.name("read", group.id.hex),
            environment: services.environment)
    }
}

/// Seals for one group, and opens what belongs to its chat.
private struct GroupSealing: MessageSealing {
    let messenger: Messenger
    let group: GroupSummary

    func catchUp() async throws -> [ClientError] {
        switch try await messenger.syncToRead() {
        case .success(let report): report.problems.filter { $0.group == group.id }.map(\.error)
        case .failure(let error): [error]
        }
    }

    func seal(_ text: String) async throws -> String { try await messenger.encrypt(text, for: group.id) }

    func open(_ text: String) async throws -> ConversationMessage.Content {
        let read = try await messenger.decrypt(text)
        // Anybody can carry a message from one chat into another, where it would mean something else.
        if case .sealed(let message) = read, try await !isOfThisChat(message.group) {
            return .undecryptable(reason: "it was encrypted for another chat")
        }
        return ConversationMessage.Content(read)
    }

    /// A chat can have had several groups, one after the other.
    private func isOfThisChat(_ id: GroupID) async throws -> Bool {
        if id == group.id { return true }
        return try await messenger.groups().contains {
            $0.id == id && $0.chat == group.chat && $0.account == group.account
        }
    }
}

extension ConversationMessage.Content {
    /// What was read, with the reason in words.
    public init(_ read: ReadMessage) {
        switch read {
        case .sealed(let message): self = .sealed(text: message.text, sender: message.sender)
        case .plain(let text): self = .plain(text: text)
        case .undecryptable(.damaged): self = .undecryptable(reason: "it is cut off or damaged")
        case .undecryptable(.notAMember):
            self = .undecryptable(reason: "it was sent to a group while this account was not a member")
        case .undecryptable(.notAuthentic):
            self = .undecryptable(reason: "it was altered, or its signature is wrong")
        case .undecryptable(.contentOfAnotherVersion):
            self = .undecryptable(reason: "it was written by a later release of this program")
        }
    }
}
