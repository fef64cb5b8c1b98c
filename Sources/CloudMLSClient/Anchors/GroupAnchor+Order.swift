package import KeyHierarchy

extension GroupAnchor {
    /// The higher one in every field that can be compared: epochs first, the rest only within one epoch.
    package func merged(with other: GroupAnchor) -> GroupAnchor {
        guard epoch == other.epoch else { return epoch > other.epoch ? self : other }
        var merged = headRevision >= other.headRevision ? self : other
        merged.applicationGenerations = max(applicationGenerations, other.applicationGenerations)
        merged.handshakeGenerations = max(handshakeGenerations, other.handshakeGenerations)
        return merged
    }

    /// Whether a head that was read after this anchor is older than it: then the key store was rolled back.
    package func isAhead(ofEpoch epoch: UInt64, headRevision: Revision) -> Bool {
        self.epoch > epoch || (self.epoch == epoch && self.headRevision > headRevision)
    }
}
