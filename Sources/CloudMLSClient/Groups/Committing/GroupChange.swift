package import CloudMLSAPI

/// What a commit shall do to a group, said by accounts, so that it means the same in whichever epoch it comes about.
package struct GroupChange: Sendable, Hashable {
    package var add: [AccountAddress]
    package var remove: [AccountAddress]
    /// Members that cannot follow the group any more: removed and added in one commit.
    package var readmit: [AccountAddress]
    /// Whether the own leaf's keys are renewed even if nothing else changes.
    package var refresh: Bool

    package init(
        add: [AccountAddress] = [], remove: [AccountAddress] = [], readmit: [AccountAddress] = [], refresh: Bool = false
    ) {
        self.add = add
        self.remove = remove
        self.readmit = readmit
        self.refresh = refresh
    }

    /// Commits what others have proposed, and nothing else.
    package static let pending = GroupChange()
}
