import CloudMLSAPI
import ServerKit
import ServiceLifecycle

/// Inboxes: pages of what is new, waiting for it, and acknowledgement.
package struct InboxService: Sendable {
    let storage: any DeliveryStorage
    let clock: ServerClock
    let settings: DeliverySettings
    let signals: InboxSignals

    /// The entries after a number. Where there are none it waits for up to `wait` seconds, unless as many requests of
    /// the user wait already as may.
    func page(of user: UserID, after number: UInt64, limit: Int, wait: Int) async throws -> InboxPage {
        // Subscribed before the first look, so that nothing falls in between.
        guard wait > 0, let subscription = signals.subscribe(to: user) else {
            return try await page(of: user, after: number, limit: limit)
        }
        defer { signals.unsubscribe(subscription) }
        let deadline = ContinuousClock.now + .seconds(wait)
        while true {
            let page = try await page(of: user, after: number, limit: limit)
            guard page.entries.isEmpty, await Self.isWoken(subscription.wakes, before: deadline) else { return page }
        }
    }

    /// Deletes everything up to and including a number.
    func acknowledge(_ number: UInt64, of user: UserID) async throws {
        let now = clock.now
        try await storage.write { transaction in
            try transaction.acknowledgeInbox(of: user, through: number, at: now)
        }
    }

    private func page(of user: UserID, after number: UInt64, limit: Int) async throws -> InboxPage {
        try await storage.read { transaction in
            var page = InboxPage(entries: [], more: false)
            var size = 0
            for stored in try transaction.inboxEntries(of: user, after: number, limit: limit + 1) {
                let entry = try Self.entry(stored, in: transaction)
                size += entry.log?.message.array.count ?? entry.welcome?.message.array.count ?? 0
                guard page.entries.count < limit, page.entries.isEmpty || size <= settings.pageSize else {
                    page.more = true
                    break
                }
                page.entries.append(entry)
            }
            return page
        }
    }

    /// A pointer to what is not there any more is a gap, too.
    private static func entry(
        _ stored: StoredInboxEntry, in transaction: any DeliveryTransaction
    ) throws -> InboxEntry {
        switch stored.pointer {
        case .log(let group, let sequence):
            let groupID = try transaction.groupID(of: group).map { Bytes($0) }
            if let entry = try transaction.logEntry(sequence, in: group) {
                return InboxEntry(number: stored.number, groupID: groupID, log: entry)
            }
            return InboxEntry(number: stored.number, groupID: groupID, gap: true)
        case .welcome(let id, let account, let ref):
            if let welcome = try transaction.welcome(id), let account = try transaction.account(account) {
                return InboxEntry(
                    number: stored.number, groupID: Bytes(welcome.groupID),
                    welcome: WelcomeDelivery(
                        account: account.address, keyPackageRef: Bytes(ref), sequence: welcome.sequence,
                        epoch: welcome.epoch, identityHistory: welcome.identityHistory,
                        message: Bytes(welcome.message)))
            }
            return InboxEntry(number: stored.number, groupID: nil, gap: true)
        case .gap:
            return InboxEntry(number: stored.number, groupID: nil, gap: true)
        }
    }

    /// Whether the stream said something before the deadline; no at once when the server shuts down or nobody listens
    /// to the answer any more.
    private static func isWoken(_ wakes: AsyncStream<Void>, before deadline: ContinuousClock.Instant) async -> Bool {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Bool.self) { tasks in
                tasks.addTask { await wakes.first { true } != nil }
                tasks.addTask {
                    try? await Task.sleep(until: deadline, clock: .continuous)
                    return false
                }
                defer { tasks.cancelAll() }
                return await tasks.next() ?? false
            }
        }
    }
}
