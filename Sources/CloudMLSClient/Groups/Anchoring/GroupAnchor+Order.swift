package import KeyHierarchy

extension GroupAnchor {
    /// The higher one in every field that can be compared: epochs first, the rest only within one epoch.
    package func merged(with other: GroupAnchor) -> GroupAnchor {
        guard epoch == other.epoch else { return epoch > other.epoch ? self : other }
        var merged = headRevision >= other.headRevision ? self : other
        // What was found stays found, whoever wrote an anchor of this epoch since.
        if isBehind != other.isBehind { merged = isBehind ? self : other }
        // Two commits of one generation: neither is posted a second time.
        if handshakeGenerations != other.handshakeGenerations {
            merged.commit = handshakeGenerations > other.handshakeGenerations ? commit : other.commit
        } else if commit != other.commit {
            merged.commit = nil
        }
        merged.applicationGenerations = max(applicationGenerations, other.applicationGenerations)
        merged.handshakeGenerations = max(handshakeGenerations, other.handshakeGenerations)
        return merged
    }

    /// Whether a head that was read after this anchor is older than it: then the key store was rolled back.
    ///
    /// Once that was found, the revisions of the heads before and after cannot be compared any more: the epoch that the
    /// head has to get to is all that is left to tell.
    package func isAhead(ofEpoch epoch: UInt64, headRevision: Revision) -> Bool {
        self.epoch > epoch || (self.epoch == epoch && !isBehind && self.headRevision > headRevision)
    }

    /// Whether a commit may go out under a handshake generation of this anchor's epoch, if the anchor is raised to it first:
    /// nothing else ever did, as far as this anchor knows.
    package func allows(_ commit: CommitHash?, under generation: UInt32) -> Bool {
        if handshakeGenerations <= generation { return true }
        // The same bytes a second time: a run before this one raised the anchor, and may have been cut short there.
        return commit != nil && commit == self.commit && handshakeGenerations - generation == 1
    }

    /// Whether an epoch is one in which the key store was found behind: it is left by a commit, and nothing else is sent
    /// in it.
    package func closes(epoch: UInt64) -> Bool { isBehind && self.epoch >= epoch }
}
