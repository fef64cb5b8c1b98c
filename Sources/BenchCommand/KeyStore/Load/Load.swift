import Foundation
import Synchronization

/// A number of connections that ask as fast as they are answered, for a while.
struct Load {
    private let address: ServerAddress
    private let connections: Int
    private let duration: Duration

    init(_ address: ServerAddress, connections: Int, seconds: Double) {
        self.address = address
        self.connections = connections
        duration = .seconds(seconds)
    }

    private struct Results {
        var latencies: [Duration] = []
        var failure: (any Error)?
    }

    /// Each connection has a thread of its own.
    func run(_ requests: BenchRequests) throws -> Rate {
        let results = Shared(Results())
        let end = DispatchGroup()
        let start = ContinuousClock.now
        let deadline = start + duration
        for _ in 0..<connections {
            end.enter()
            let thread = Thread { [address] in
                var latencies: [Duration] = []
                var failure: (any Error)?
                do {
                    let connection = try BenchConnection(address)
                    var now = ContinuousClock.now
                    while now < deadline {
                        try requests.perform(connection)
                        let then = ContinuousClock.now
                        latencies.append(then - now)
                        now = then
                    }
                } catch {
                    failure = error
                }
                results.value.withLock { results in
                    results.latencies += latencies
                    results.failure = results.failure ?? failure
                }
                end.leave()
            }
            thread.start()
        }
        end.wait()
        let elapsed = ContinuousClock.now - start
        let (latencies, failure) = results.value.withLock { ($0.latencies.sorted(), $0.failure) }
        if let failure { throw failure }
        return Rate(connections: connections, latencies: latencies, elapsed: elapsed)
    }
}

/// A value that threads share.
private final class Shared<Value>: Sendable {
    let value: Mutex<Value>
    init(_ value: sending Value) { self.value = Mutex(value) }
}

/// What a load came to.
struct Rate: Codable {
    var connections: Int
    var requests: Int
    var perSecond: Double
    var medianMilliseconds: Double
    /// 99 of 100 took less.
    var p99Milliseconds: Double

    /// - Parameter latencies: ascending.
    init(connections: Int, latencies: [Duration], elapsed: Duration) {
        self.connections = connections
        requests = latencies.count
        perSecond = Double(latencies.count) / (elapsed / .seconds(1))
        func milliseconds(_ share: Double) -> Double {
            latencies.isEmpty ? 0 : latencies[Int(Double(latencies.count - 1) * share)] / .milliseconds(1)
        }
        medianMilliseconds = milliseconds(0.5)
        p99Milliseconds = milliseconds(0.99)
    }
}
