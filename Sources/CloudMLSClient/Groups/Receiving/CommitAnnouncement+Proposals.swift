package import CloudMLSAPI
package import MLS
import MLSCodec

extension CommitAnnouncement {
    /// What a commit of these proposals has to announce; nil if one of them is about somebody without an account.
    ///
    /// - Parameter group: in the epoch that the commit ends.
    package init?(_ proposals: [CommittedProposal], in group: Group) {
        self.init(added: [], removed: [])
        for item in proposals {
            switch item.proposal {
            case .add(let keyPackage):
                guard let account = AccountAddress(credential: keyPackage.leafNode.credential) else { return nil }
                let ref = group.provider.makeKeyPackageRef(keyPackage.encoded).bytes
                added.append(AddedMember(account: account, keyPackageRef: ref))
            case .remove(let index):
                guard let account = group.member(at: index)?.account else { return nil }
                removed.append(account)
            case .selfRemove:
                guard let index = item.sender.leafIndex, let account = group.member(at: index)?.account else {
                    return nil
                }
                removed.append(account)
            case .update, .preSharedKey, .reInit, .externalInit, .groupContextExtensions, .custom:
                break
            }
        }
    }

    /// Whether both announce the same, in whatever order.
    package func agrees(with other: CommitAnnouncement) -> Bool {
        let isSameLength = added.count == other.added.count && removed.count == other.removed.count
        return isSameLength && Set(added) == Set(other.added) && Set(removed) == Set(other.removed)
    }
}
