/// A user of one server, as its database counts them. Never leaves the server.
package struct UserID: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
}
