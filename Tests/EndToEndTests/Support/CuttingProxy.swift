import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Where a program is to be killed: at which of its requests, counted over all proxies that share the plan, and whether
/// before that reaches the server or after the server has answered and before the program knows.
final class CutPlan: Sendable {
    enum Moment: CaseIterable, Sendable {
        case beforeRequest
        case afterAnswer
    }

    private struct State {
        var requests = 0
        var cut: (request: Int, moment: Moment)?
        var victim: Int32?
        var wasHit = false
        var held: Int?
        var isHolding = false
        var waiting: CheckedContinuation<Bool, Never>?
    }

    private let state = Mutex(State())
    private let gate = DispatchSemaphore(value: 0)

    /// Kills at the request with this number, from 0; nil kills nothing.
    func arm(_ cut: (request: Int, moment: Moment)?) {
        state.withLock { $0 = State(cut: cut) }
    }

    /// Holds the request with this number, from 0, back from its server until `release`; kills nothing.
    func hold(_ request: Int) {
        state.withLock { $0 = State(held: request) }
    }

    /// Waits until the request is held back; false where the program ended without it.
    func isHolding() async -> Bool {
        await withCheckedContinuation { continuation in
            let known: Bool? = state.withLock { state in
                if state.isHolding { return true }
                guard state.held != nil else { return false }
                state.waiting = continuation
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Lets the request pass that is held back, and all that come.
    func release() {
        let waiting = state.withLock { state in
            defer { (state.held, state.isHolding, state.waiting) = (nil, false, nil) }
            if state.isHolding { gate.signal() }
            return state.waiting
        }
        waiting?.resume(returning: false)
    }

    /// The program to kill. It may have made requests before this is called.
    func setVictim(_ process: Int32) {
        state.withLock { state in
            state.victim = process
            if state.wasHit { kill(process, SIGKILL) }
        }
    }

    /// Whether the program came so far that it was killed.
    var wasHit: Bool { state.withLock { $0.wasHit } }

    /// The number of a request that begins; false where it must not be passed on.
    func begin() -> (number: Int, passes: Bool) {
        let (number, isHeld, waiting) = state.withLock { state in
            defer { state.requests += 1 }
            guard state.requests == state.held else {
                return (state.requests, false, nil as CheckedContinuation<Bool, Never>?)
            }
            state.isHolding = true
            defer { state.waiting = nil }
            return (state.requests, true, state.waiting)
        }
        waiting?.resume(returning: true)
        if isHeld { gate.wait() }
        return state.withLock { state in
            if let cut = state.cut, cut.moment == .beforeRequest, number >= cut.request { Self.hit(&state) }
            return (number, !state.wasHit)
        }
    }

    /// Whether the answer to a request is passed on.
    func passes(answerTo number: Int) -> Bool {
        state.withLock { state in
            if let cut = state.cut, cut.moment == .afterAnswer, number >= cut.request { Self.hit(&state) }
            return !state.wasHit
        }
    }

    private static func hit(_ state: inout State) {
        state.wasHit = true
        if let victim = state.victim { kill(victim, SIGKILL) }
    }
}

/// Stands in front of a server on a port of its own, and kills the client where a plan says so.
final class CuttingProxy: Sendable {
    let origin: String
    private let listener: Int32

    /// - Parameter server: an origin with a port, such as `http://127.0.0.1:7464`.
    init(to server: String, _ plan: CutPlan) throws {
        guard let port = server.split(separator: ":").last.flatMap({ UInt16($0) }) else { throw NoPort() }
        let (listener, ownPort) = try LoopbackSocket.listen()
        self.listener = listener
        origin = "http://127.0.0.1:\(ownPort)"
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                guard let server = LoopbackSocket.connect(port) else {
                    close(client)
                    continue
                }
                Connection(client: client, server: server, plan).run()
            }
        }
    }

    struct NoPort: Error {}

    deinit {
        // Wakes `accept`.
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// One connection: requests come one after the other, each with its answer.
    private final class Connection: Sendable {
        let client: Int32
        let server: Int32
        let plan: CutPlan
        private let current = Mutex(0)
        private let open = Mutex(2)

        init(client: Int32, server: Int32, _ plan: CutPlan) {
            self.client = client
            self.server = server
            self.plan = plan
        }

        func run() {
            Thread.detachNewThread { self.pump(from: self.client, to: self.server) { self.passesRequest($0) } }
            Thread.detachNewThread {
                self.pump(from: self.server, to: self.client) { _ in
                    self.plan.passes(answerTo: self.current.withLock { $0 })
                }
            }
        }

        private func passesRequest(_ bytes: ArraySlice<UInt8>) -> Bool {
            let methods = ["GET ", "POST ", "PUT ", "DELETE "]
            guard methods.contains(where: { bytes.starts(with: $0.utf8) }) else { return true }
            let (number, passes) = plan.begin()
            current.withLock { $0 = number }
            return passes
        }

        private func pump(from source: Int32, to target: Int32, passes: (ArraySlice<UInt8>) -> Bool) {
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = recv(source, &buffer, buffer.count, 0)
                guard count > 0, passes(buffer[..<count]), LoopbackSocket.sendAll(buffer[..<count], to: target) else {
                    break
                }
            }
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(server, Int32(SHUT_RDWR))
            let isLast = open.withLock { open in
                open -= 1
                return open == 0
            }
            guard isLast else { return }
            close(client)
            close(server)
        }
    }
}
