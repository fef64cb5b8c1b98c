/// The credential types that some members use, and those that all of them support (RFC 9420 §7.3).
struct CredentialSupport: Hashable, Sendable {
    /// In increasing order.
    private let used: [CredentialType]
    /// `nil` where there are no members: nobody lacks anything.
    private let supported: Set<CredentialType>?

    static let ofNobody = CredentialSupport(used: [], supported: nil)

    private init(used: [CredentialType], supported: Set<CredentialType>?) {
        self.used = used
        self.supported = supported
    }

    init(of leaf: LeafNode) {
        self.init(used: [leaf.content.credential.type], supported: Set(leaf.content.capabilities.credentials))
    }

    /// Whether everybody can read everybody's credential.
    var isComplete: Bool {
        guard let supported else { return true }
        return used.allSatisfy(supported.contains)
    }

    /// Whether everybody can read credentials of these types.
    func supports(all types: [CredentialType]) -> Bool {
        guard let supported else { return true }
        return types.allSatisfy(supported.contains)
    }

    func merging(_ other: CredentialSupport) -> CredentialSupport {
        guard let supported else { return other }
        guard let otherSupported = other.supported, other != self else { return self }
        return CredentialSupport(
            used: Set(used + other.used).sorted { $0.rawValue < $1.rawValue },
            supported: supported.intersection(otherSupported))
    }
}
