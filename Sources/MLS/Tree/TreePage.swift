import MLSCodec

/// Some levels of a ratchet tree as they are stored: all nodes of a subtree that are on these levels, and the names of the
/// pages that go on below.
///
/// A page is named by the tree hash (RFC 9420 §7.8) of its highest node: so equal names mean equal trees down to the
/// leaves, a page never changes, and a change to one leaf makes one new page for each few levels.
public struct TreePage: Hashable, Sendable {
    /// The key to store the page under: a hash, as long as the cipher suite's. Unique within one stored group.
    public let name: [UInt8]
    /// The value to store. It holds no secret: all members know what is in it.
    public let bytes: [UInt8]

    /// How many levels a page has. A leaf is 200 bytes or more, and is rewritten with its neighbours: fewer levels would
    /// make many pages, more levels large ones.
    static let levels = 3
}

extension NodeIndex {
    /// The lowest level of the page that this node is on.
    var lowestLevelOfPage: Int { level - level % TreePage.levels }

    /// Whether a page begins here, whatever is above.
    var isHighestOfPage: Bool { level % TreePage.levels == TreePage.levels - 1 }
}

// struct {
//     uint8 version = 1;
//     optional<Node> nodes<V>;    /* in the order of their indices */
//     PageName below<V>;          /* from the left; empty where all is blank */
// } TreePage;

/// What a page says.
struct TreePageContent: MLSStruct {
    /// Those that are not on the page because they are below it.
    var below: [PageName] = []
    var nodes: [Node?] = []

    private var version: UInt8 { 1 }

    static let layout: StructLayout<Self, UInt8, [Node?], [PageName]> = StructLayout(\.version, \.nodes, \.below) {
        (version, nodes, below) throws(CodecError) in
        guard version == 1 else { throw CodecError(.invalidValue, "TreePage.version") }
        return Self(below: below, nodes: nodes)
    }
}

/// `opaque PageName<V>`.
struct PageName: Hashable, MLSStruct {
    var bytes: [UInt8]

    static let layout: StructLayout<Self, [UInt8]> = StructLayout(\.bytes) { Self(bytes: $0) }
}
