package import CloudMLSAPI

/// Empties the inbox page by page: what a page brings is processed entry by entry, then acknowledged in one go. An entry
/// that comes again after a crash is known by its place in its group's log.
package struct InboxMachine: OperationMachine {
    package enum Action: Sendable {
        case fetch(after: UInt64, wait: Int)
        case process(InboxEntry)
        case acknowledge(upTo: UInt64)
    }

    package enum Event: Sendable {
        case page(InboxPage)
        case processed
        case acknowledged
    }

    private var wait: Int
    private var queue: ArraySlice<InboxEntry> = []
    private var more = false
    private var position: UInt64 = 0
    private var count = 0

    /// - Parameter wait: how many seconds the first page may take if the inbox is empty.
    package init(wait: Int = 0) { self.wait = wait }

    package func start() -> Step<Action, Int> { .perform(.fetch(after: 0, wait: wait)) }

    package mutating func handle(_ event: Event) throws -> Step<Action, Int> {
        switch event {
        case .page(let page):
            guard !page.entries.isEmpty else { return .finished(count) }
            queue = page.entries[...]
            more = page.more
            return next()
        case .processed:
            count += 1
            return next()
        case .acknowledged:
            return more ? .perform(.fetch(after: position, wait: 0)) : .finished(count)
        }
    }

    private mutating func next() -> Step<Action, Int> {
        guard let entry = queue.popFirst() else { return .perform(.acknowledge(upTo: position)) }
        position = max(position, entry.number)
        return .perform(.process(entry))
    }
}
