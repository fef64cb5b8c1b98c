extension ClientContext {
    /// The name in `LocalState` for what the device remembers of this user only: a device can have several users, one
    /// after the other.
    package func localName(_ purpose: String, _ part: String? = nil) -> String {
        ([purpose, "\(authDeliveryOrigin)", "\(userName)"] + (part.map { [$0] } ?? [])).joined(separator: "/")
    }
}
