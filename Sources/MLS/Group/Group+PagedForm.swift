import MLSCodec

/// What changes in a storage that keeps a group in pages.
public struct PageChanges: Hashable, Sendable {
    /// New ones: to be written with the head, or before it.
    public let added: [TreePage]
    /// Names of those that nothing needs any more: to be deleted with the head's replacement, or after it.
    public let dropped: [[UInt8]]
}

/// A stored form in which a change of the tree writes O(log n) bytes: a *head* with everything but the tree, and the tree in
/// *pages*. The head of a group that deletes its keys has a few secrets for each sender that was heard in the epoch, and the
/// senders of each past epoch that is kept.
///
/// Names of pages are for one stored group: two groups may have equal pages, and one of them drops its own. Prefix them with
/// the group where several share a storage.
///
/// ```swift
/// // To store a group for the first time, and then after each change:
/// for page in group.pageChanges(since: previous).added { store[page.name] = page.bytes }
/// store.head = group.pagedHead
/// for name in group.pageChanges(since: previous).dropped { store[name] = nil }
/// // To load it:
/// let group = try Group(decodingPagedHead: store.head, providers: …) { store[$0] }
/// ```
///
/// struct {
///     uint8 version = 1;
///     uint8 depth;                /* the tree has 2^depth leaves */
///     opaque page<V>;             /* the name of the highest TreePage */
///     StoredGroup group;          /* without its ratchet_tree */
/// } PagedGroup;
extension Group {
    /// Everything but the tree, secrets included. Whoever keeps it seals it; pages hold nothing but what all members know.
    public var pagedHead: [UInt8] {
        var writer = MLSWriter(reservingCapacity: 2_048)
        writer.write(integer: UInt8(1))
        writer.write(integer: UInt8(tree.size.depth))
        writer.write(opaque: context.treeHash)
        encodeState(into: &writer) { _ in }
        return writer.bytes
    }

    /// The pages that this state needs and another one does not have, and the other way round.
    ///
    /// - Parameter previous: the same group in the state that is stored; `nil` if nothing is.
    public func pageChanges(since previous: Group?) -> PageChanges {
        PageChanges(
            added: hashedTree.pages(notIn: previous?.hashedTree),
            dropped: previous?.hashedTree.pages(notIn: hashedTree).map(\.name) ?? [])
    }

    /// A group that was read from its other stored form has not computed its hashes yet.
    private var hashedTree: RatchetTree {
        var tree = tree
        _ = tree.treeHash(provider: provider)
        return tree
    }

    /// Reads a group from its head and its pages.
    ///
    /// The head must come from `pagedHead` by way of a storage that notices changes; of the pages, only the tree hash is
    /// checked, which every change to one of them changes. No bytes lead to a crash.
    ///
    /// - Parameters:
    ///   - rules: for what comes into the group from now on.
    ///   - providers: gives a provider for the group's cipher suite.
    ///   - page: the bytes of a page by its name; `nil` if there is none.
    /// - Throws: `unknownVersion`, `unsupported`; `malformed`, for a page that is missing too.
    public init(
        decodingPagedHead head: [UInt8], rules: GroupRules = GroupRules(),
        providers: (CipherSuite) throws(CryptoError) -> any CipherSuiteProvider, page: ([UInt8]) -> [UInt8]?
    ) throws(MLSError) {
        var reader = MLSReader(head)
        self = try MLSError.mapping {
            guard try reader.readInteger(UInt8.self) == 1 else { throw MLSError(.unknownVersion) }
            let depth = Int(try reader.readInteger(UInt8.self))
            guard depth <= TreeSize.maximumDepth else { throw CodecError(.invalidValue, "PagedGroup.depth") }
            let name = try reader.readOpaque()
            var group = try Group(decodingStateFrom: &reader, rules: rules, providers: providers) { _ in
                try RatchetTree(page: name, size: TreeSize(depth: depth), pages: page)
            }
            guard group.tree.treeHash(provider: group.provider) == group.context.treeHash else {
                throw CodecError(.invalidValue, "TreePage.name")
            }
            return group
        }
    }
}
