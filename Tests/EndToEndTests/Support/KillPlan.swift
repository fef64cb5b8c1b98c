import Synchronization

/// Where a server is to be killed: at which of the requests of a run, counted over all servers that share the plan, and
/// when. The server that the request is for dies; the client lives on.
final class KillPlan: Sendable {
    enum Moment: CaseIterable, Sendable {
        /// The request never reaches the server.
        case beforeRequest
        /// The server has the request, and no time to do anything.
        case onArrival
        /// The server works on the request: killed as soon as its journal grows, which is before the commit is durable, or
        /// else as soon as it answers.
        case whileWriting
        /// The server has answered; the client never hears of it.
        case afterAnswer
    }

    private struct State {
        var requests = 0
        var kill: (request: Int, moment: Moment)?
        var victim: MortalServer?
        var wasWriting = false
    }

    private let state = Mutex(State())

    /// Kills at the request with this number, from 0; nil kills nobody.
    func arm(_ kill: (request: Int, moment: Moment)?) {
        state.withLock { $0 = State(kill: kill) }
    }

    /// The server that was killed; nil where the run made too few requests.
    var victim: MortalServer? { state.withLock { $0.victim } }

    /// Whether the journal of the victim had grown, and nothing was answered, when it was killed.
    var wasWriting: Bool { state.withLock { $0.wasWriting } }

    /// How many requests there were.
    var requests: Int { state.withLock { $0.requests } }

    /// Counts a request to a server that begins.
    /// - Returns: its moment, where it is the one.
    func begin(at server: MortalServer) -> Moment? {
        state.withLock { state in
            defer { state.requests += 1 }
            guard let kill = state.kill, kill.request == state.requests, state.victim == nil else { return nil }
            state.victim = server
            return kill.moment
        }
    }

    func noteWriting() { state.withLock { $0.wasWriting = true } }
}
