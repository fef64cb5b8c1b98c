public import MLSCodec

/// The `authenticated_data` of every commit: who enters and who leaves, readable by the auth-delivery server and covered
/// by the sender's signature. A client rejects a commit whose list differs from its proposals.
///
/// ```
/// struct {
///     uint8 version = 1;
///     AddedMember added<V>;      // struct { opaque account<V>; opaque key_package_ref<V>; }
///     opaque removed<V><V>;      // accounts
/// } CommitAnnouncement;
/// ```
public struct CommitAnnouncement: MLSStruct, Hashable {
    public struct AddedMember: MLSStruct, Hashable {
        public var account: AccountAddress
        public var keyPackageRef: [UInt8]

        public init(account: AccountAddress, keyPackageRef: [UInt8]) {
            self.account = account
            self.keyPackageRef = keyPackageRef
        }

        public static var layout: StructLayout<Self, AccountAddress, [UInt8]> {
            StructLayout(\.account, \.keyPackageRef) { Self(account: $0, keyPackageRef: $1) }
        }
    }

    public var added: [AddedMember]
    public var removed: [AccountAddress]

    public init(added: [AddedMember], removed: [AccountAddress]) {
        self.added = added
        self.removed = removed
    }

    private var version: UInt8 { 1 }

    public static var layout: StructLayout<Self, UInt8, [AddedMember], [AccountAddress]> {
        StructLayout(\.version, \.added, \.removed) { (version, added, removed) throws(CodecError) in
            guard version == 1 else { throw CodecError(.invalidValue, "CommitAnnouncement.version") }
            return Self(added: added, removed: removed)
        }
    }
}

/// On the wire the text `platform:account-id`.
extension AccountAddress: MLSCodable {
    public func encode(into writer: inout MLSWriter) { description.encode(into: &writer) }

    public init(from reader: inout MLSReader) throws(CodecError) {
        guard let address = Self(try String(from: &reader)) else {
            throw CodecError(.invalidValue, "AccountAddress")
        }
        self = address
    }
}
