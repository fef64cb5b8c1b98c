import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Stands in front of a server at an address that stays, and kills the server where a plan says so.
final class KillingProxy: Sendable {
    let origin: String
    private let listener: Int32

    init(to server: MortalServer, _ plan: KillPlan) throws {
        let (listener, port) = try LoopbackSocket.listen()
        self.listener = listener
        origin = "http://127.0.0.1:\(port)"
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                guard let connection = LoopbackSocket.connect(server.port) else {
                    close(client)
                    continue
                }
                Connection(client: client, server: connection, server, plan).run()
            }
        }
    }

    deinit {
        // Wakes `accept`.
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// One connection: requests come one after the other, each with its answer.
    private final class Connection: Sendable {
        private let client: Int32
        private let upstream: Int32
        private let server: MortalServer
        private let plan: KillPlan
        private let state = Mutex(State())

        private struct State {
            var open = 2
            /// Where the request under way is the server's last.
            var moment: KillPlan.Moment?
            var hasAnswered = false
        }

        init(client: Int32, server upstream: Int32, _ server: MortalServer, _ plan: KillPlan) {
            self.client = client
            self.upstream = upstream
            self.server = server
            self.plan = plan
        }

        func run() {
            Thread.detachNewThread {
                self.passRequests()
                self.end()
            }
            Thread.detachNewThread {
                self.passAnswers()
                self.end()
            }
        }

        private func passRequests() {
            var request = RequestLength()
            receive(from: client) { bytes in
                if request.isAtStart {
                    let moment = plan.begin(at: server)
                    state.withLock { $0 = State(open: $0.open, moment: moment) }
                }
                let moment = state.withLock { $0.moment }
                if moment == .beforeRequest {
                    server.kill()
                    return false
                }
                let journal = server.journalSize
                guard LoopbackSocket.sendAll(bytes, to: upstream) else { return false }
                request.take(bytes)
                guard request.isAtStart else { return true }
                switch moment {
                case .onArrival:
                    server.kill()
                case .whileWriting:
                    while server.journalSize == journal, !state.withLock({ $0.hasAnswered }) { sched_yield() }
                    server.kill()
                    if !state.withLock({ $0.hasAnswered }) { plan.noteWriting() }
                case .beforeRequest, .afterAnswer, nil:
                    break
                }
                return true
            }
        }

        private func passAnswers() {
            receive(from: upstream) { bytes in
                let moment = state.withLock { state in
                    state.hasAnswered = true
                    return state.moment
                }
                guard moment == nil else {
                    if moment == .afterAnswer { server.kill() }
                    return false
                }
                return LoopbackSocket.sendAll(bytes, to: client)
            }
            // Whoever waits for an answer or for the journal has waited long enough.
            state.withLock { $0.hasAnswered = true }
        }

        private func receive(from source: Int32, _ pass: (ArraySlice<UInt8>) -> Bool) {
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = recv(source, &buffer, buffer.count, 0)
                guard count > 0, pass(buffer[..<count]) else { return }
            }
        }

        private func end() {
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(upstream, Int32(SHUT_RDWR))
            let isLast = state.withLock { state in
                state.open -= 1
                return state.open == 0
            }
            guard isLast else { return }
            close(client)
            close(upstream)
        }
    }
}

/// Finds where a request ends: after the bytes that its head announces.
private struct RequestLength {
    private var head: [UInt8] = []
    private var missing = 0
    /// Whether the next byte is the first of a request.
    private(set) var isAtStart = true

    mutating func take(_ bytes: ArraySlice<UInt8>) {
        if missing == 0 {
            head += bytes
            guard let end = head.firstRange(of: Array("\r\n\r\n".utf8)) else {
                isAtStart = false
                return
            }
            let text = String(decoding: head[..<end.lowerBound], as: UTF8.self)
            let length = text.firstMatch(of: /(?i)\r\ncontent-length: *([0-9]+)/).flatMap { Int($0.output.1) }
            missing = max(0, (length ?? 0) - head[end.upperBound...].count)
            head = []
        } else {
            missing = max(0, missing - bytes.count)
        }
        isAtStart = missing == 0
    }
}
