import CloudMLSAPI
import MLS

/// How much the server takes, and how long it keeps what was delivered.
package struct DeliverySettings: Sendable {
    /// Bytes of one MLS message.
    package var messageSize = Limits.mlsMessageSize
    /// Available KeyPackages of an account and cipher suite.
    package var keyPackages = Limits.keyPackages
    /// Bytes of one KeyPackage.
    package var keyPackageSize = 16 << 10
    /// Seconds from a KeyPackage's `not_before` to its `not_after`.
    package var keyPackageLifetime = LifetimePolicy.defaultMaximumTotal
    /// Entries of an inbox before it overflows into a gap.
    package var inboxEntries = Limits.inboxEntries
    /// Members of a group.
    package var groupMembers = Limits.groupMembers
    /// Proposals of one epoch of a group.
    package var proposalsPerEpoch = 4_000
    /// Platform accounts of a user.
    package var accountsPerUser = 100
    /// Anchors of a user.
    package var anchorsPerUser = 20_000
    /// Bytes of a profile.
    package var profileSize = Limits.smallBody
    /// Bytes of an anchor.
    package var anchorSize = Limits.anchorSize
    /// Bytes of the bodies in one page of anchors; one anchor is always there.
    package var anchorPageSize = 1 << 20
    /// Identity keys of an account, replaced ones included.
    package var identityKeysPerAccount = Limits.identityKeys
    /// Groups that one account creates.
    package var groupsPerCreator = 10_000
    /// Commits of one epoch that an account declares void.
    package var voidsPerEpoch = 64
    /// Answers under idempotency keys that are kept for a user.
    package var answersPerUser = 1_000
    /// Bytes of those answers, beyond which no other is given.
    package var answerBytesPerUser = 256 << 20
    /// Requests of a user that wait for something in the inbox at the same time.
    package var waitingPerUser = 16
    /// Bytes of the messages in one page of an inbox or log; one message is always there.
    package var pageSize = 8 << 20
    /// Seconds that log entries, claimed KeyPackages and answers under idempotency keys are kept after their use.
    package var retention: UInt64 = 30 * 86_400

    package init() {}
}
