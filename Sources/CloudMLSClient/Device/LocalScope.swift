package import KeyHierarchy

/// The names in `LocalState` for what the device remembers of one user only: a device can have several users, one after the
/// other.
package struct LocalScope: Sendable {
    private let user: String

    package init(user: UserName, at origin: Origin) { self.user = "\(origin)/\(user)" }

    /// The name for a thing, or for one of many.
    package func name(_ purpose: String, _ part: String? = nil) -> String {
        ([purpose, user] + (part.map { [$0] } ?? [])).joined(separator: "/")
    }
}
