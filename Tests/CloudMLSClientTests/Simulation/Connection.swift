import CloudMLSClient

/// What lies between a device and a server: each call passes through it, and may not arrive.
protocol Connection: Sendable {
    /// - Parameters:
    ///   - what: the call's name, for people.
    ///   - call: what it does at the server; it may run more than once, or not at all.
    func carry<Answer: Sendable>(
        _ what: String, _ call: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer
}

extension Connection {
    /// Carries a call under the name of the method that makes it.
    func pass<Answer: Sendable>(
        _ what: String = #function, _ call: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        try await carry(what, call)
    }
}

extension FaultPlan: Connection {
    func carry<Answer: Sendable>(
        _ what: String, _ call: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        try await pass(call)
    }
}

/// A connection on which nothing goes wrong.
struct DirectConnection: Connection {
    func carry<Answer: Sendable>(
        _ what: String, _ call: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        try await call()
    }
}
