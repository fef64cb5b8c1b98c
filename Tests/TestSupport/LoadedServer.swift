import Synchronization

/// Counts what clients have under way at a server, and says when it is to be killed: in the middle of all of it.
package final class LoadedServer: Sendable {
    private struct State {
        var underWay = 0
        var answered = 0
        var underWayAtKill: Int?
    }

    private let state = Mutex(State())
    private let answersBeforeKill: Int

    /// - Parameter answersBeforeKill: after how many answered writes it is killed; later where no other is under way.
    package init(answersBeforeKill: Int) { self.answersBeforeKill = answersBeforeKill }

    /// Lets clients work at the same time until the server is gone, and gives them back as they ended: nobody waits for a
    /// server that is gone.
    package static func untilItIsGone<Client: Sendable>(
        _ clients: [Client], _ work: @escaping @Sendable (Client) async -> Client
    ) async -> [Client] {
        await withTaskGroup(of: Client.self) { tasks in
            for client in clients { tasks.addTask { await work(client) } }
            var done: [Client] = []
            while let client = await tasks.next() {
                done.append(client)
                tasks.cancelAll()
            }
            return done
        }
    }

    package func begin() { state.withLock { $0.underWay += 1 } }

    /// - Returns: true to one caller, who kills the server now.
    package func end(isAnswered: Bool) -> Bool {
        state.withLock { state in
            state.underWay -= 1
            guard isAnswered else { return false }
            state.answered += 1
            guard state.answered >= answersBeforeKill, state.underWay > 0, state.underWayAtKill == nil else {
                return false
            }
            state.underWayAtKill = state.underWay
            return true
        }
    }

    package var answered: Int { state.withLock { $0.answered } }

    /// How many writes of others were on their way when the server was killed; nil where it was not.
    package var underWayAtKill: Int? { state.withLock { $0.underWayAtKill } }
}
