public import CloudMLSAPI
import MLS

extension Messenger {
    /// The user's groups, in the order in which they were met.
    public func groups() async throws -> [GroupSummary] {
        try await index().groups.map { entry in
            GroupSummary(
                id: entry.id, account: entry.account, chat: entry.chat, created: entry.created,
                state: GroupState(entry.status))
        }
    }

    /// The group that new messages of a chat go to: the one that was met first of those that can be written to.
    public func group(chat: String, account: AccountAddress) async throws -> GroupSummary? {
        try await groups().firstActive(chat: chat, account: account)
    }

    /// Makes a group for a chat, with its first members. It can be repeated after any failure.
    ///
    /// - Parameters:
    ///   - chat: the platform's name for the chat.
    ///   - account: the user's account that is in the chat.
    ///   - members: the others; the account itself does not count.
    /// - Throws: `invalidArgument` if the chat's name is empty or has more than 150 bytes of UTF-8, `groupExists` if the
    ///   account has a group for the chat that can be written to, `unknownAccount`, `noKeyPackage` if somebody cannot be added; then nothing was made.
    @discardableResult
    public func createGroup(
        chat: String, account: AccountAddress, members: [AccountAddress]
    ) async throws -> GroupID {
        guard ChatExtension.chatSizes.contains(chat.utf8.count) else {
            let sizes = ChatExtension.chatSizes
            throw ClientError(
                .invalidArgument,
                "A chat's name has \(sizes.lowerBound) to \(sizes.upperBound) bytes, this one has \(chat.utf8.count).",
                hint: "Choose a shorter name.")
        }
        let earlier = try await index().groups.filter { $0.chat == chat && $0.account == account }
        guard !earlier.contains(where: { $0.status == .active }) else {
            throw ClientError(
                .groupExists, "\(account) has a group for \"\(chat)\" already.", hint: "Add members to that one.")
        }
        // One whose creation was cut short is carried on with.
        let started = earlier.first { $0.status == .creating }?.id
        var number = earlier.count { $0.status != .creating }
        while true {
            let id = started ?? services.secrets.groupID(chat: chat, account: account, number: number)
            do {
                try await working(on: id) { try await $0.create(chat: chat, account: account, members: members) }
                return id
            } catch let error as ClientError where error.code == .rolledBack {
                // The anchor knows a group of this id that the key store has lost: it stays what it is.
                guard try await actor(id).load().head == nil, number < earlier.count + 16 else { throw error }
                number += 1
            }
        }
    }

    /// Adds accounts to a group; those who are members already are left alone.
    ///
    /// - Throws: `noKeyPackage` if somebody cannot be added; then nobody is.
    public func addMembers(_ accounts: [AccountAddress], to group: GroupID) async throws {
        try await working(on: group) { try await $0.change(GroupChange(add: accounts)) }
    }

    /// Removes accounts from a group; they cannot read what is sent afterwards.
    public func removeMembers(_ accounts: [AccountAddress], from group: GroupID) async throws {
        try await working(on: group) { try await $0.change(GroupChange(remove: accounts)) }
    }

    /// Renews the own keys in a group, so that whoever learnt the old ones is shut out (RFC 9420 §16.6).
    public func refresh(_ group: GroupID) async throws {
        try await working(on: group) { try await $0.change(GroupChange(refresh: true)) }
    }

    /// Proposes new own keys in a group: the next other member who sends anything, or changes the group, brings them in.
    public func proposeRefresh(_ group: GroupID) async throws { try await actor(group).proposeUpdate() }

    /// Asks the other members to remove the own account; the next of them who sends anything does it.
    public func leave(_ group: GroupID) async throws { try await working(on: group) { try await $0.leave() } }

    /// Who is in a group, as far as this user knows it, own account included.
    ///
    /// - Throws: `unknownGroup`.
    public func members(of group: GroupID) async throws -> [AccountAddress] {
        guard let state = try await actor(group).load().group else {
            throw ClientError(
                .unknownGroup, "There is no group \(group).", hint: "Synchronise, then look at the groups.")
        }
        return state.members.compactMap(\.account)
    }

    /// Brings a chat's group to the members that its platform lists: creates it, adds and removes as needed.
    ///
    /// - Parameters:
    ///   - group: the group that is known for the chat, or nil.
    ///   - members: everybody in the chat.
    /// - Returns: the group.
    /// - Throws: `noKeyPackage` if somebody cannot be added; then nothing changes.
    @discardableResult
    public func checkGroupState(
        chat: String, account: AccountAddress, group: GroupID? = nil, members: [AccountAddress]
    ) async throws -> GroupID {
        let known = if let group { Optional(group) } else { try await self.group(chat: chat, account: account)?.id }
        guard let known else { return try await createGroup(chat: chat, account: account, members: members) }
        let present = try await self.members(of: known)
        let change = GroupChange(
            add: members.filter { !present.contains($0) },
            remove: present.filter { !members.contains($0) && $0 != account })
        if !change.add.isEmpty || !change.remove.isEmpty {
            try await working(on: known) { try await $0.change(change) }
        }
        return known
    }
}

extension [GroupSummary] {
    /// The one of a chat that new messages go to.
    ///
    /// - Parameter account: the user's account in it; nil takes any.
    func firstActive(chat: String, account: AccountAddress? = nil) -> GroupSummary? {
        first { $0.chat == chat && (account == nil || $0.account == account) && $0.state == .active }
    }
}
