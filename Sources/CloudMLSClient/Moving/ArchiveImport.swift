public import KeyHierarchy

/// An archive on its way to a new key store.
public struct ArchiveImport: Sendable {
    public var archive: StoreArchive
    /// From whoever runs the new key store.
    public var code: SetupCode
    /// There; nil takes the one that the user had at the old key store.
    public var userName: UserName?
    /// Does not ask the old key store: what other devices still write to it is lost.
    public var oldIsGone: Bool

    public init(_ archive: StoreArchive, to code: SetupCode, userName: UserName? = nil, oldIsGone: Bool = false) {
        self.archive = archive
        self.code = code
        self.userName = userName
        self.oldIsGone = oldIsGone
    }
}
