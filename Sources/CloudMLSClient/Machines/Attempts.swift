/// How often something is begun anew because another device of the user's wrote first. Each time it looks at what there is
/// by then, so that only devices which keep writing can use all of them up.
///
/// ```
/// var attempts = Attempts(16, orBusy: "Other devices of yours keep writing.")
/// while true {
///     try attempts.count()
///     …
/// }
/// ```
package struct Attempts: Sendable {
    private let limit: Int
    private let message: String
    private let hint: String
    private var used = 0

    /// - Parameters:
    ///   - limit: how often `count` may be called.
    ///   - message: what a person is told after that.
    package init(_ limit: Int, orBusy message: String, hint: String = "Try again in a moment.") {
        self.limit = limit
        self.message = message
        self.hint = hint
    }

    /// Counts one more.
    ///
    /// - Throws: `busy` past the limit.
    package mutating func count() throws {
        guard used < limit else { throw busy }
        used += 1
    }

    /// What `count` throws.
    package var busy: ClientError { ClientError(.busy, message, hint: hint) }
}
