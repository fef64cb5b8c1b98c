import MLSCodec

extension RatchetTree {
    /// The pages of this tree that `other` does not have, the highest first. Both trees' hashes must have been computed.
    func pages(notIn other: RatchetTree?) -> [TreePage] {
        var pages: [TreePage] = []
        func collect(_ subtree: Subtree?, at position: NodeIndex) {
            guard let subtree, !subtree.isBlank, other?.hasPage(named: subtree.pageName, at: position) != true
            else { return }
            var content = TreePageContent()
            var below: [(subtree: Subtree?, position: NodeIndex)] = []
            func visit(_ subtree: Subtree?, at node: NodeIndex) {
                guard node.level >= position.lowestLevelOfPage else {
                    below.append((subtree, node))
                    return
                }
                if let left = node.left { visit(subtree?.left, at: left) }
                content.nodes.append(subtree?.content)
                if let right = node.right { visit(subtree?.right, at: right) }
            }
            visit(subtree, at: position)
            content.below = below.map { PageName(bytes: $0.subtree.pageName) }
            pages.append(TreePage(name: subtree.pageName, bytes: content.encoded))
            for page in below { collect(page.subtree, at: page.position) }
        }
        collect(root, at: size.root)
        return pages
    }

    private func hasPage(named name: [UInt8], at position: NodeIndex) -> Bool {
        guard size.contains(position), position == size.root || position.isHighestOfPage else { return false }
        return subtree(at: position)?.hash == name
    }

    /// How many leaves a tree may have in pages, whatever its number of members; a larger one has a member for each 64.
    private static let sparseLeafLimit = 1 << 18

    /// Puts a tree together from its pages.
    ///
    /// - Parameters:
    ///   - name: of the highest page.
    ///   - page: gives the bytes of a page; it is asked for none twice.
    /// - Throws: `CodecError` for a page that is missing, or is not what it must be at its place.
    init(page name: [UInt8], size: TreeSize, pages page: ([UInt8]) -> [UInt8]?) throws {
        // A tree has no page twice. Few that name each other again and again could pass for a very large one.
        var seen: Set<[UInt8]> = []
        func read(_ name: [UInt8], at position: NodeIndex) throws -> Subtree? {
            guard !name.isEmpty else { return nil }
            guard seen.insert(name).inserted else { throw CodecError(.invalidValue, "a TreePage twice") }
            guard let bytes = page(name) else { throw CodecError(.truncated, "a TreePage that is missing") }
            let content = try TreePageContent(decoding: bytes)
            var nodes = content.nodes[...]
            var below = content.below[...]
            func build(at node: NodeIndex) throws -> Subtree? {
                guard node.level >= position.lowestLevelOfPage else {
                    guard let name = below.popFirst() else { throw CodecError(.truncated, "TreePage.below") }
                    return try read(name.bytes, at: node)
                }
                let left = try node.left.flatMap { try build(at: $0) }
                guard let content = nodes.popFirst() else { throw CodecError(.truncated, "TreePage.nodes") }
                guard content.map({ ($0.leaf != nil) == node.isLeaf }) ?? true else {
                    throw CodecError(.invalidValue, "TreePage with a node of the wrong type")
                }
                let right = try node.right.flatMap { try build(at: $0) }
                let subtree = Subtree(content, left: left, right: right)
                return subtree.isBlank ? nil : subtree
            }
            let subtree = try build(at: position)
            guard nodes.isEmpty, below.isEmpty else { throw CodecError(.trailingBytes, "TreePage") }
            return subtree
        }
        let root = try read(name, at: size.root)
        // Blanks take no bytes here, and are hashed like leaves: a few bytes must not ask for a billion of them.
        guard Int(size.leafCount) <= max(Self.sparseLeafLimit, 64 * root.memberCount) else {
            throw CodecError(.invalidValue, "a TreePage of a tree that is nearly empty")
        }
        self.init(root: root, size: size)
    }
}

extension Subtree? {
    /// The name of the page that begins here; empty where all is blank.
    fileprivate var pageName: [UInt8] { isBlank ? [] : self?.pageName ?? [] }
}

extension Subtree {
    /// The name of the page that begins here, where not all is blank.
    ///
    /// Only trees whose hashes are there are cut into pages (`Group.pageChanges(since:)`).
    fileprivate var pageName: [UInt8] {
        guard let hash else { preconditionFailure("pages of a tree whose hashes were not computed") }
        return hash
    }
}
