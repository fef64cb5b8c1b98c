import CloudMLSAPI
import CloudMLSClient
import Testing

@Suite struct InboxMachineTests {
    /// Runs the machine over these pages and writes down what it does.
    private func trace(
        _ pages: [InboxPage], wait: Int = 0, keeping kept: Set<UInt64> = []
    ) async throws -> (trace: [String], count: Int) {
        var trace: [String] = []
        var rest = pages[...]
        let count = try await ClientEnvironment.system.run(InboxMachine(wait: wait)) { action in
            switch action {
            case .fetch(let after, let wait):
                trace.append("fetch \(after) \(wait)")
                return .page(rest.popFirst() ?? InboxPage(entries: [], more: false))
            case .process(let entry):
                trace.append("process \(entry.number)")
                return kept.contains(entry.number) ? .kept : .processed
            case .acknowledge(let number):
                trace.append("acknowledge \(number)")
                return .acknowledged
            }
        }
        return (trace, count)
    }

    private func page(_ numbers: [UInt64], more: Bool = false) -> InboxPage {
        InboxPage(entries: numbers.map { InboxEntry(number: $0, groupID: nil, gap: true) }, more: more)
    }

    @Test func anEmptyInboxIsNotAcknowledged() async throws {
        let result = try await trace([page([])], wait: 20)
        #expect(result.trace == ["fetch 0 20"])
        #expect(result.count == 0)
    }

    @Test func aPageIsAcknowledgedAfterAllOfItIsProcessed() async throws {
        let result = try await trace([page([3, 5])])
        #expect(result.trace == ["fetch 0 0", "process 3", "process 5", "acknowledge 5"])
        #expect(result.count == 2)
    }

    @Test func nothingFromTheFirstKeptEntryOnIsAcknowledged() async throws {
        let pages = [page([3, 5, 6], more: true), page([7])]
        let result = try await trace(pages, keeping: [5])
        #expect(
            result.trace == [
                "fetch 0 0", "process 3", "process 5", "process 6", "acknowledge 3", "fetch 6 0", "process 7",
            ])
        #expect(result.count == 3)
    }

    @Test(arguments: [[[3, 5, 5]], [[5, 3]], [[3], [3]], [[3, 5], [4]], [[0]]])
    func aPageThatDoesNotGetOnIsRefused(numbers: [[UInt64]]) async throws {
        let pages = numbers.map { page($0, more: true) }
        await #expect(throws: ClientError(.malformedAnswer, "")) { try await trace(pages) }
    }

    @Test func theNextPageFollowsAndOnlyTheFirstOneWaits() async throws {
        let result = try await trace([page([3], more: true), page([4])], wait: 9)
        #expect(
            result.trace == [
                "fetch 0 9", "process 3", "acknowledge 3", "fetch 3 0", "process 4", "acknowledge 4",
            ])
        #expect(result.count == 2)
    }
}
