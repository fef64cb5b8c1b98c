/// What a device remembers for itself, by name: copies of anchors, read positions, pins.
///
/// Losing it is safe: the anchors at the auth-delivery server stand in. Names and bodies are small.
package protocol LocalState: Sendable {
    /// Nil where there is nothing under the name.
    func read(_ name: String) async throws -> [UInt8]?
    /// Replaces what is under the name, or removes it where `body` is nil; on disk before it returns.
    func write(_ name: String, _ body: [UInt8]?) async throws
    /// The names that begin so and have something under them, in no order.
    func names(beginningWith prefix: String) async throws -> [String]
}

/// Remembers until the process ends.
package actor MemoryLocalState: LocalState {
    private var values: [String: [UInt8]] = [:]

    package init() {}

    package func read(_ name: String) -> [UInt8]? { values[name] }
    package func write(_ name: String, _ body: [UInt8]?) { values[name] = body }
    package func names(beginningWith prefix: String) -> [String] { values.keys.filter { $0.hasPrefix(prefix) } }
}
