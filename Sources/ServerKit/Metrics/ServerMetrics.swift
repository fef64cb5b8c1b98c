import Synchronization

/// What a server counts about itself. No label names a user, an object or an address.
package final class ServerMetrics: Sendable {
    /// How a login ended.
    package enum LoginOutcome: String, Sendable, CaseIterable {
        case succeeded
        case failed
        /// Refused before it was looked at.
        case limited
    }

    struct RequestKind: Hashable, Sendable {
        var method: String
        var route: String
        var status: Int
    }

    private struct State {
        var requests: [RequestKind: UInt64] = [:]
        var durations: [String: Histogram] = [:]
        var logins: [LoginOutcome: UInt64] = [:]
        var connections = 0
        var gauges: [Gauge] = []
    }

    /// A value that is looked up whenever somebody asks.
    package struct Gauge: Sendable {
        package var name: String
        package var help: String
        /// Nil where there is none at the moment.
        package var read: @Sendable () -> Double?

        package init(name: String, help: String, read: @escaping @Sendable () -> Double?) {
            self.name = name
            self.help = help
            self.read = read
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// Adds a value to what is reported.
    package func add(_ gauge: Gauge) { state.withLock { $0.gauges.append(gauge) } }

    /// - Parameters:
    ///   - route: as it was declared, without what stands for its parameters; nil where there is no such route.
    ///   - seconds: from its head to its answer's.
    func requestEnded(method: String, route: String?, status: Int, seconds: Double) {
        // What clients make up must not become labels.
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(method)
        let kind = RequestKind(method: known ? method : "other", route: route ?? "none", status: status)
        state.withLock { state in
            state.requests[kind, default: 0] += 1
            state.durations[kind.route, default: Histogram()].add(seconds)
        }
    }

    func loginEnded(_ outcome: LoginOutcome) { state.withLock { $0.logins[outcome, default: 0] += 1 } }

    func connectionOpened() { state.withLock { $0.connections += 1 } }
    func connectionClosed() { state.withLock { $0.connections -= 1 } }

    /// Everything in Prometheus' text format, version 0.0.4.
    package func text() -> String {
        let state = state.withLock { $0 }
        var text = PrometheusText()
        text.family("cloudmls_http_requests_total", .counter, "Requests by route and status.")
        let requests = state.requests.sorted {
            ($0.key.route, $0.key.method, $0.key.status) < ($1.key.route, $1.key.method, $1.key.status)
        }
        for (kind, count) in requests {
            text.sample(
                labels: [("method", kind.method), ("route", kind.route), ("status", "\(kind.status)")], Double(count))
        }
        text.family("cloudmls_http_request_duration_seconds", .histogram, "Time from a request to its answer.")
        for (route, histogram) in state.durations.sorted(by: { $0.key < $1.key }) {
            for (bound, count) in histogram.cumulative {
                text.sample(suffix: "_bucket", labels: [("route", route), ("le", bound)], Double(count))
            }
            text.sample(suffix: "_sum", labels: [("route", route)], histogram.sum)
            text.sample(suffix: "_count", labels: [("route", route)], Double(histogram.count))
        }
        text.family("cloudmls_logins_total", .counter, "Logins by how they ended.")
        for outcome in LoginOutcome.allCases {
            text.sample(labels: [("outcome", outcome.rawValue)], Double(state.logins[outcome] ?? 0))
        }
        text.family("cloudmls_connections", .gauge, "Connections that are open.")
        text.sample(Double(state.connections))
        for gauge in state.gauges {
            guard let value = gauge.read() else { continue }
            text.family(gauge.name, .gauge, gauge.help)
            text.sample(value)
        }
        return text.text
    }
}

/// Counts by upper bound.
struct Histogram: Sendable {
    private static let bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60]

    private var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    private(set) var sum = 0.0

    var count: UInt64 { counts.reduce(0, +) }

    mutating func add(_ value: Double) {
        counts[Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count] += 1
        sum += value
    }

    /// Each bound with how many values are at most that.
    var cumulative: [(bound: String, count: UInt64)] {
        var total: UInt64 = 0
        return zip(Self.bounds.map { PrometheusText.number($0) } + ["+Inf"], counts).map { bound, count in
            total += count
            return (bound, total)
        }
    }
}
