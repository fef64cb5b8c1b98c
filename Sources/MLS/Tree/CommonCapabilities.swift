/// The types of extensions and proposals that all of some members support beyond the default ones (RFC 9420 §7.2). Each
/// node of the tree knows them for those below it, so that a question to all members is answered at the root.
struct CommonCapabilities: Hashable, Sendable {
    /// Of both, each type once, in increasing order. `nil` where there are no members: nobody lacks anything.
    private let listed: Listed?

    private struct Listed: Hashable, Sendable {
        let extensions: [UInt16]
        let proposals: [UInt16]
    }

    static let ofNobody = CommonCapabilities(listed: nil)

    private init(listed: Listed?) {
        self.listed = listed
    }

    init(of leaf: LeafNode) {
        let capabilities = leaf.content.capabilities
        self.init(
            listed: Listed(
                extensions: Set(capabilities.extensions.map(\.rawValue)).sorted(),
                proposals: Set(capabilities.proposals.map(\.rawValue)).sorted()))
    }

    func merging(_ other: CommonCapabilities) -> CommonCapabilities {
        guard let listed else { return other }
        guard let otherListed = other.listed, otherListed != listed else { return self }
        return CommonCapabilities(
            listed: Listed(
                extensions: Self.common(listed.extensions, otherListed.extensions),
                proposals: Self.common(listed.proposals, otherListed.proposals)))
    }

    func supports(all types: [ExtensionType]) -> Bool {
        guard let listed else { return true }
        return Self.contains(listed.extensions, all: types.filter { !$0.isDefault }.map(\.rawValue))
    }

    func supports(all types: [ProposalType]) -> Bool {
        guard let listed else { return true }
        return Self.contains(listed.proposals, all: types.filter { !$0.isDefault }.map(\.rawValue))
    }

    private static func contains(_ listed: [UInt16], all types: [UInt16]) -> Bool {
        let wanted = Set(types).sorted()
        return common(wanted, listed) == wanted
    }

    /// What is in both of two lists that are in increasing order.
    private static func common(_ some: [UInt16], _ others: [UInt16]) -> [UInt16] {
        var rest = others[...]
        return some.filter { type in
            rest = rest.drop { $0 < type }
            return rest.first == type
        }
    }
}
