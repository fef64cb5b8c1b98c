/// Which nodes of a tree have which keys, so that a new key is compared with few others and not with all.
///
/// A value that shares what did not change with its copies, as the tree does: a change costs O(log n).
struct KeyIndex: Sendable {
    private var encryptionKeys = KeyTrie.empty
    private var signatureKeys = KeyTrie.empty

    init() {}

    /// Of all nodes of a tree.
    init(of root: Subtree?, at position: NodeIndex) {
        var encryptionKeys: [KeyTrie.Entry] = []
        var signatureKeys: [KeyTrie.Entry] = []
        root.forEach(at: position) { index, node in
            encryptionKeys.append(KeyTrie.Entry(key: node.encryptionKey.bytes, node: index))
            if let leaf = node.leaf {
                signatureKeys.append(KeyTrie.Entry(key: leaf.content.signatureKey.bytes, node: index))
            }
        }
        self.encryptionKeys = KeyTrie(encryptionKeys)
        self.signatureKeys = KeyTrie(signatureKeys)
    }

    func contains(_ key: HPKEPublicKey, elsewhereThan node: NodeIndex? = nil) -> Bool {
        encryptionKeys.contains(key.bytes, elsewhereThan: node)
    }

    func contains(_ key: SignaturePublicKey, elsewhereThan node: NodeIndex? = nil) -> Bool {
        signatureKeys.contains(key.bytes, elsewhereThan: node)
    }

    /// Notes that a node was replaced; `nil` is a blank.
    mutating func replace(_ old: Node?, by new: Node?, at index: NodeIndex) {
        encryptionKeys.replace(old?.encryptionKey.bytes, by: new?.encryptionKey.bytes, at: index)
        signatureKeys.replace(
            old?.leaf?.content.signatureKey.bytes, by: new?.leaf?.content.signatureKey.bytes, at: index)
    }
}

/// Keys, with the nodes that have them, in a binary tree that is walked down by the bits of a key's hash.
///
/// The hash is one that nobody else can compute, since each process has a seed of its own: whoever chooses keys could else
/// have many of them share a place, where they are looked at one by one.
private indirect enum KeyTrie: Sendable {
    case empty
    case place(tag: UInt64, entries: [Entry])
    case fork(zero: KeyTrie, one: KeyTrie)

    struct Entry: Sendable {
        let key: [UInt8]
        let node: NodeIndex
        let tag: UInt64

        init(key: [UInt8], node: NodeIndex) {
            self.key = key
            self.node = node
            tag = KeyTrie.tag(of: key)
        }
    }

    init(_ entries: [Entry]) {
        let sorted = entries.sorted { $0.tag < $1.tag }
        self.init(sorted: sorted[...], depth: 0)
    }

    private init(sorted entries: ArraySlice<Entry>, depth: Int) {
        guard let first = entries.first, let last = entries.last else {
            self = .empty
            return
        }
        guard first.tag != last.tag else {
            self = .place(tag: first.tag, entries: Array(entries))
            return
        }
        let ones = entries.firstIndex { Self.bit(depth, of: $0.tag) } ?? entries.endIndex
        self = .fork(
            zero: KeyTrie(sorted: entries[..<ones], depth: depth + 1),
            one: KeyTrie(sorted: entries[ones...], depth: depth + 1))
    }

    private static func tag(of key: [UInt8]) -> UInt64 {
        var hasher = Hasher()
        key.withUnsafeBytes { hasher.combine(bytes: $0) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// - Parameter depth: 0 to 63; 0 is the highest bit.
    private static func bit(_ depth: Int, of tag: UInt64) -> Bool { (tag >> UInt64(63 - depth)) & 1 == 1 }

    func contains(_ key: [UInt8], elsewhereThan node: NodeIndex?) -> Bool {
        let tag = Self.tag(of: key)
        var trie = self
        var depth = 0
        while case .fork(let zero, let one) = trie {
            trie = Self.bit(depth, of: tag) ? one : zero
            depth += 1
        }
        guard case .place(tag, let entries) = trie else { return false }
        return entries.contains { $0.node != node && $0.key == key }
    }

    mutating func replace(_ old: [UInt8]?, by new: [UInt8]?, at node: NodeIndex) {
        guard old != new else { return }
        if let old { self = removing(Entry(key: old, node: node), depth: 0) }
        if let new { self = inserting(Entry(key: new, node: node), depth: 0) }
    }

    private func inserting(_ entry: Entry, depth: Int) -> KeyTrie {
        switch self {
        case .empty:
            return .place(tag: entry.tag, entries: [entry])
        case .place(entry.tag, let entries):
            return .place(tag: entry.tag, entries: entries + [entry])
        case .place(let tag, _):
            let fork: KeyTrie =
                Self.bit(depth, of: tag) ? .fork(zero: .empty, one: self) : .fork(zero: self, one: .empty)
            return fork.inserting(entry, depth: depth)
        case .fork(let zero, let one):
            return Self.bit(depth, of: entry.tag)
                ? .fork(zero: zero, one: one.inserting(entry, depth: depth + 1))
                : .fork(zero: zero.inserting(entry, depth: depth + 1), one: one)
        }
    }

    private func removing(_ entry: Entry, depth: Int) -> KeyTrie {
        switch self {
        case .place(entry.tag, let entries):
            let left = entries.filter { $0.node != entry.node || $0.key != entry.key }
            return left.isEmpty ? .empty : .place(tag: entry.tag, entries: left)
        case .empty, .place:
            return self
        case .fork(var zero, var one):
            if Self.bit(depth, of: entry.tag) {
                one = one.removing(entry, depth: depth + 1)
            } else {
                zero = zero.removing(entry, depth: depth + 1)
            }
            // What stands alone moves up, so that the form does not depend on what was there before.
            switch (zero, one) {
            case (.empty, .empty): return .empty
            case (.empty, .place): return one
            case (.place, .empty): return zero
            default: return .fork(zero: zero, one: one)
            }
        }
    }
}
