package import CloudMLSAPI

// What can be asked of a group. Each operation has its turn to itself; where it finds the key store behind, the group is
// brought on first.

extension GroupActor {
    // Sending

    /// Encrypts a text for the group as it is now.
    ///
    /// - Returns: an MLSMessage; it uses a generation that no other message has.
    package func encrypt(_ text: String) async throws -> [UInt8] {
        try await exclusively { try await mending { try await encryptNow(text) } }
    }

    // Changing

    /// Creates the group and adds its first members.
    ///
    /// It can be repeated after any failure: it carries on with the intent, or begins again with the same id.
    package func create(
        chat: String, account: AccountAddress, members: [AccountAddress], predecessor: GroupID? = nil
    ) async throws {
        try await exclusively {
            var attempts = attempts()
            while true {
                try attempts.count()
                guard try await mending({ try await resumeNow() }) else { continue }
                let stored = try await load()
                if stored.head != nil {
                    _ = try await mending { try await changeNow(GroupChange(add: members.filter { $0 != account })) }
                    return
                }
                let isCreated = try await createNow(
                    chat: chat, account: account, members: members, predecessor: predecessor, from: stored)
                if isCreated { return }
            }
        }
    }

    /// Changes the group. What holds already is not done again, so that it can be repeated after any failure.
    package func change(_ change: GroupChange) async throws {
        try await exclusively { _ = try await mending { try await changeNow(change) } }
    }

    /// Proposes to remove the own account.
    package func leave() async throws { try await propose(.removal) }

    /// Proposes new keys for the own leaf.
    package func proposeUpdate() async throws { try await propose(.update) }

    private func propose(_ proposal: OwnProposal) async throws {
        try await exclusively { try await mending { try await proposeNow(proposal) } }
    }

    // Receiving

    /// Processes a log entry that the inbox brought; what is missing before it is fetched from the log first.
    package func deliver(_ entry: LogEntry) async throws -> DeliveryMachine.Output {
        try await exclusively { try await deliverNow(entry) }
    }

    /// Processes everything in the group's log that is not processed yet.
    package func catchUp() async throws { try await exclusively { _ = try await catchUpNow() } }

    /// Joins by a Welcome that the inbox brought.
    package func join(_ delivery: WelcomeDelivery) async throws -> DeliveryMachine.Output {
        try await exclusively { try await joinNow(delivery) }
    }

    // Carrying on

    /// Checks the group against its anchor, brings it on where it is older, and finishes a commit that was cut short, on
    /// this device or another one.
    ///
    /// - Throws: `rolledBack` if the group is older than the anchor and its log does not lead there.
    package func resume() async throws {
        try await exclusively {
            try await healNow()
            _ = try await mending { try await resumeNow() }
        }
    }

    /// Removes a member and adds it again, in one commit of this epoch alone: in another one somebody else may have done
    /// it.
    ///
    /// - Returns: whether it was done.
    package func readmit(_ account: AccountAddress, in epoch: UInt64) async throws -> Bool {
        try await exclusively {
            try await mending { try await changeNow(GroupChange(readmit: [account]), onlyIn: epoch) }
        }
    }

    /// Ends the wait for being added again: the server says that the account is no member any more, which the group's own
    /// state cannot follow.
    package func noteRemoval() async throws {
        try await exclusively {
            var attempts = attempts()
            while true {
                try attempts.count()
                let stored = try await load()
                guard stored.head?.status == .stuck else { return }
                var next = stored
                next.head?.status = .removed
                next.setIndexStatus(.removed)
                if try await write(next, since: stored) { return }
            }
        }
    }

    /// Makes the group read-only, because another one for the same chat stays.
    package func giveWay() async throws {
        try await exclusively {
            var attempts = attempts()
            while true {
                try attempts.count()
                let stored = try await load()
                var next = stored
                next.setIndexStatus(.readOnly)
                if try await write(next, since: stored) { return }
            }
        }
    }

    /// What was healed since this was asked last.
    package func takeHealing() -> Healing? {
        defer { healing = nil }
        return healing
    }

    /// Runs an operation; where it finds the key store behind, brings the group on and runs it again.
    private func mending<Result: Sendable>(_ operation: () async throws -> Result) async throws -> Result {
        do {
            return try await operation()
        } catch let error as ClientError where error.code == .rolledBack {
            try await healNow()
            return try await operation()
        }
    }
}
