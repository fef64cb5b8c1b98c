import MLS

struct TreeMathVector: Vector {
    var nLeaves: UInt32
    var nNodes: UInt32
    var root: UInt32
    var left: [UInt32?]
    var right: [UInt32?]
    var parent: [UInt32?]
    var sibling: [UInt32?]

    var suite: UInt16? { nil }

    func verify(_ provider: any CipherSuiteProvider) throws {
        guard let size = TreeSize(leaves: nLeaves) else { throw Mismatch(description: "\(nLeaves) leaves") }
        try expectEqual(size.leafCount, nLeaves, "n_leaves")
        try expectEqual(size.nodeCount, nNodes, "n_nodes")
        try expectEqual(size.root.rawValue, root, "root")
        for (name, list) in [("left", left), ("right", right), ("parent", parent), ("sibling", sibling)] {
            try expectEqual(list.count, Int(nNodes), "the number of nodes in \(name)")
        }
        for index in 0..<nNodes {
            let node = NodeIndex(index)
            let place = Int(index)
            try expectEqual(node.left?.rawValue, left[place], "left[\(index)]")
            try expectEqual(node.right?.rawValue, right[place], "right[\(index)]")
            try expectEqual(size.parent(of: node)?.rawValue, parent[place], "parent[\(index)]")
            try expectEqual(size.sibling(of: node)?.rawValue, sibling[place], "sibling[\(index)]")
        }
    }
}
