package import KeyHierarchy
package import MLSCodec

/// What the user calls the ways in, and which slots of the two servers belong together: no server may know either.
///
/// ```
/// struct {
///     opaque store_slot[16];
///     opaque profile_slot[16];
///     opaque name<V>;
///     uint64 added;                        // seconds since 1970
/// } NamedWayIn;
/// struct { uint8 version = 1; NamedWayIn entries<V>; } WaysInList;
/// ```
package struct WaysInList: MLSStruct, Sendable, Equatable {
    package struct Entry: MLSStruct, Sendable, Equatable {
        package var storeSlot: SlotID
        package var profileSlot: SlotID
        package var name: String
        package var added: UInt64

        package init(storeSlot: SlotID, profileSlot: SlotID, name: String, added: UInt64) {
            self.storeSlot = storeSlot
            self.profileSlot = profileSlot
            self.name = name
            self.added = added
        }

        package static var layout: StructLayout<Self, SlotID, SlotID, String, UInt64> {
            StructLayout(\.storeSlot, \.profileSlot, \.name, \.added) {
                Self(storeSlot: $0, profileSlot: $1, name: $2, added: $3)
            }
        }
    }

    private let version = FormatVersion.v1
    package var entries: [Entry]

    package init(entries: [Entry] = []) { self.entries = entries }

    package static var layout: StructLayout<Self, FormatVersion, [Entry]> {
        StructLayout(\.version, \.entries) { _, entries in Self(entries: entries) }
    }
}
