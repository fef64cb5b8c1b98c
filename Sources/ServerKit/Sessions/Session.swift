import CloudMLSAPI
package import KeyHierarchy

/// A signed-in device, as a request sees it.
package struct Session: Sendable, Hashable {
    package struct ID: RawRepresentable, Hashable, Sendable {
        package let rawValue: Int64
        package init(rawValue: Int64) { self.rawValue = rawValue }
    }

    package var id: ID
    package var userID: UserID
    package var userName: String
    /// The kind of key that signed the login.
    package var kind: SlotKind
    /// The slot whose login key it was.
    package var slotID: [UInt8]
    package var deviceName: String

    package init(
        id: ID, userID: UserID, userName: String, kind: SlotKind, slotID: [UInt8], deviceName: String
    ) {
        self.id = id
        self.userID = userID
        self.userName = userName
        self.kind = kind
        self.slotID = slotID
        self.deviceName = deviceName
    }
}

/// How long tokens last, in seconds.
package struct SessionLifetimes: Sendable {
    package var access: UInt64
    package var refresh: UInt64

    package init(
        access: UInt64 = UInt64(Limits.accessTokenLifetime), refresh: UInt64 = UInt64(Limits.refreshTokenLifetime)
    ) {
        self.access = access
        self.refresh = refresh
    }
}
