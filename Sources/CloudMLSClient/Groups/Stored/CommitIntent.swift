package import CloudMLSAPI
package import KeyHierarchy
package import MLSCodec

/// A KeyPackage that was claimed for this group. One that no commit used is used by the next.
package struct HeldKeyPackage: Hashable, Sendable, MLSStruct {
    package var account: AccountAddress
    package var keyPackage: [UInt8]

    package init(account: AccountAddress, keyPackage: [UInt8]) {
        self.account = account
        self.keyPackage = keyPackage
    }

    package static var layout: StructLayout<Self, AccountAddress, [UInt8]> {
        StructLayout(\.account, \.keyPackage) { Self(account: $0, keyPackage: $1) }
    }
}

/// A commit that is about to be posted, with all that any device needs to post it again and to merge it.
///
/// It is written with the reservation of its handshake generation before the first byte goes out, and leaves the head
/// only when it was merged, when another commit holds its epoch, or when the server declared it void.
package struct CommitIntent: Hashable, Sendable, MLSStruct {
    /// What comes before the commit.
    package enum Purpose: UInt8, Sendable, MLSCodable {
        /// The group is registered first: it ends epoch 0.
        case create = 1
        case commit = 2
    }

    package var purpose: Purpose
    /// The epoch that the commit ends.
    package var epoch: UInt64
    /// An MLSMessage.
    package var commit: [UInt8]
    /// An MLSMessage; nil where nobody is added.
    package var welcome: [UInt8]?
    /// `Hash(epoch_authenticator)` of the next epoch.
    package var confirmation: [UInt8]
    /// The group's state in the next epoch.
    package var next: [UInt8]
    /// The handshake generation that `commit` is encrypted with.
    package var generation: UInt32
    /// The KeyPackages of those it adds.
    package var claims: [HeldKeyPackage]

    /// What the auth-delivery server, and the group's anchor, know the commit by.
    package var hash: CommitHash { CommitHash(of: commit) }

    private var version: UInt8 { 1 }

    package init(
        purpose: Purpose, epoch: UInt64, commit: [UInt8], welcome: [UInt8]?, confirmation: [UInt8], next: [UInt8],
        generation: UInt32, claims: [HeldKeyPackage]
    ) {
        self.purpose = purpose
        self.epoch = epoch
        self.commit = commit
        self.welcome = welcome
        self.confirmation = confirmation
        self.next = next
        self.generation = generation
        self.claims = claims
    }

    package static var layout:
        StructLayout<Self, UInt8, Purpose, UInt64, [UInt8], [UInt8]?, [UInt8], [UInt8], UInt32, [HeldKeyPackage]>
    {
        StructLayout(
            \.version, \.purpose, \.epoch, \.commit, \.welcome, \.confirmation, \.next, \.generation, \.claims
        ) { (version, purpose, epoch, commit, welcome, confirmation, next, generation, claims) throws(CodecError) in
            guard version == 1 else { throw CodecError(.invalidValue, "CommitIntent.version") }
            return Self(
                purpose: purpose, epoch: epoch, commit: commit, welcome: welcome, confirmation: confirmation,
                next: next, generation: generation, claims: claims)
        }
    }
}
