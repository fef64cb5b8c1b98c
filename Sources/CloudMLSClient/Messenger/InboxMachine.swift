package import CloudMLSAPI

/// Empties the inbox page by page: what a page brings is processed entry by entry, then acknowledged in one go. An entry
/// that comes again after a crash is known by its place in its group's log.
///
/// An entry that is only in the inbox and could not be processed has to stay there. Acknowledging is cumulative, so it
/// stops before the first of these; what follows is processed all the same, and comes again next time.
package struct InboxMachine: OperationMachine {
    package enum Action: Sendable {
        case fetch(after: UInt64, wait: Int)
        case process(InboxEntry)
        case acknowledge(upTo: UInt64)
    }

    package enum Event: Sendable {
        case page(InboxPage)
        case processed
        /// It could not be processed now, and is nowhere else.
        case kept
        case acknowledged
    }

    private var wait: Int
    private var queue: ArraySlice<InboxEntry> = []
    private var more = false
    private var position: UInt64 = 0
    /// The last entry before the first one that is kept.
    private var processed: UInt64 = 0
    private var acknowledged: UInt64 = 0
    private var isKeeping = false
    private var count = 0

    /// - Parameter wait: how many seconds the first page may take if the inbox is empty.
    package init(wait: Int = 0) { self.wait = wait }

    package func start() -> Step<Action, Int> { .perform(.fetch(after: 0, wait: wait)) }

    package mutating func handle(_ event: Event) throws -> Step<Action, Int> {
        switch event {
        case .page(let page):
            guard !page.entries.isEmpty else { return .finished(count) }
            try checkProgress(page)
            queue = page.entries[...]
            more = page.more
            return next()
        case .processed:
            count += 1
            if !isKeeping { processed = position }
            return next()
        case .kept:
            isKeeping = true
            return next()
        case .acknowledged:
            acknowledged = processed
            return turnPage()
        }
    }

    /// Entries that do not get on would be fetched for ever.
    private func checkProgress(_ page: InboxPage) throws {
        var last = position
        for entry in page.entries {
            guard entry.number > last else {
                throw ClientError(.malformedAnswer, "The auth-delivery server's inbox is not in order.")
            }
            last = entry.number
        }
    }

    private func turnPage() -> Step<Action, Int> {
        more ? .perform(.fetch(after: position, wait: 0)) : .finished(count)
    }

    private mutating func next() -> Step<Action, Int> {
        guard let entry = queue.popFirst() else {
            return processed > acknowledged ? .perform(.acknowledge(upTo: processed)) : turnPage()
        }
        position = entry.number
        return .perform(.process(entry))
    }
}

extension InboxMachine.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case fetch
        case process
        case acknowledge
    }

    package var kind: Kind {
        switch self {
        case .fetch: .fetch
        case .process: .process
        case .acknowledge: .acknowledge
        }
    }
}
