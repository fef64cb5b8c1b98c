import CloudMLSClient

/// Breaks the connection at one call, counted over both servers: before it reaches the server, or before its answer
/// comes back.
actor FaultPlan {
    enum Moment: CaseIterable, Sendable {
        case beforeCall
        case afterCall
    }

    private var remaining: Int?
    private var moment = Moment.beforeCall
    private var error = FaultPlan.failure
    private var isOnce = false
    private(set) var calls = 0

    /// Lets `count` calls pass and breaks the next one, and all after it unless it is to be `once`.
    func breakAfter(
        _ count: Int, _ moment: Moment, with error: ClientError = FaultPlan.failure, once: Bool = false
    ) {
        self.error = error
        isOnce = once
        remaining = count
        self.moment = moment
        calls = 0
    }

    /// Lets everything pass.
    func heal() {
        remaining = nil
        calls = 0
    }

    /// What a call passes through: throws where the plan says so.
    func pass<Result: Sendable>(_ call: @Sendable () async throws -> Result) async throws -> Result {
        calls += 1
        let isBroken = remaining.map { isOnce ? calls == $0 + 1 : calls > $0 } ?? false
        if isBroken, moment == .beforeCall || calls > (remaining ?? 0) + 1 { throw error }
        let result = try await call()
        if isBroken { throw error }
        return result
    }

    static var failure: ClientError { ClientError(.notReachable, "The connection was cut by the test.") }
}
