import MLSCodec

/// What stands in the open before a sealed keyring or profile, and is bound to it as additional data.
///
/// ```
/// struct {
///     uint8 version = 1;
///     opaque scope_id[16];         // storeId or profileId
///     uint64 revision;
/// } RevisionHeader;
/// ```
struct RevisionHeader<IDKind: FixedBytesKind>: Hashable, MLSStruct {
    private let version: FormatVersion
    let scopeID: FixedBytes<IDKind>
    let revision: Revision

    init(scopeID: FixedBytes<IDKind>, revision: Revision) {
        version = .v1
        self.scopeID = scopeID
        self.revision = revision
    }

    static var layout: StructLayout<Self, FormatVersion, FixedBytes<IDKind>, Revision> {
        StructLayout(\.version, \.scopeID, \.revision) { _, scopeID, revision in
            Self(scopeID: scopeID, revision: revision)
        }
    }
}
