package import MLSCodec

/// Which of a member's two ratchets a message key comes from (RFC 9420 §9).
package enum RatchetKind: UInt8, CaseIterable, Hashable, Sendable, MLSCodable {
    /// Proposals and commits.
    case handshake = 1
    case application = 2

    package init(_ contentType: ContentType) {
        self = contentType == .application ? .application : .handshake
    }

    var label: String {
        switch self {
        case .handshake: "handshake"
        case .application: "application"
        }
    }
}

/// One of a member's two ratchets in an epoch.
package struct RatchetPlace: Hashable, Comparable, Sendable, MLSStruct {
    package let leaf: LeafIndex
    package let kind: RatchetKind

    package init(leaf: LeafIndex, kind: RatchetKind) {
        self.leaf = leaf
        self.kind = kind
    }

    package static let layout: StructLayout<Self, LeafIndex, RatchetKind> = StructLayout(\.leaf, \.kind) {
        Self(leaf: $0, kind: $1)
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.leaf.rawValue, lhs.kind.rawValue) < (rhs.leaf.rawValue, rhs.kind.rawValue)
    }
}
