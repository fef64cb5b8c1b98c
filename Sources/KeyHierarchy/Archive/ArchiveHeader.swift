import Crypto
import Foundation
public import MLSCodec

public enum ArchiveSaltKind: FixedBytesKind { public static let byteCount = 32 }
/// Makes the key of each archive another one.
public typealias ArchiveSalt = FixedBytes<ArchiveSaltKind>

/// What stands in the open at the beginning of an archive, a store in a file: enough to open it with a password or a
/// recovery code.
///
/// ```
/// struct {
///     uint8 version = 1;
///     opaque store_id[16];
///     opaque salt[32];             // random
///     Slot slots<V>;               // password and recovery slots
/// } ArchiveHeader;
/// ```
public struct ArchiveHeader: Hashable, Sendable, MLSStruct {
    private let version = FormatVersion.v1
    public let storeID: StoreID
    public let salt: ArchiveSalt
    public let slots: [StoreSlot]

    public init(storeID: StoreID, salt: ArchiveSalt, slots: [StoreSlot]) {
        self.storeID = storeID
        self.salt = salt
        self.slots = slots
    }

    public static var layout: StructLayout<Self, FormatVersion, StoreID, ArchiveSalt, [StoreSlot]> {
        StructLayout(\.version, \.storeID, \.salt, \.slots) { _, storeID, salt, slots in
            Self(storeID: storeID, salt: salt, slots: slots)
        }
    }

    /// The key of the archive's chunks: HKDF(dataKey, salt, "archive", SHA-256(ArchiveHeader)).
    func key(_ dataKey: DataKey) -> SealingKey {
        dataKey.derive(.archive, salt: salt.bytes, context: Array(SHA256.hash(data: encoded)))
    }
}
