package import CloudMLSAPI
package import MLSCodec

/// The newest state of a group, for all devices of its user: one leaf, one head.
package struct GroupHead: Hashable, Sendable, MLSStruct {
    package enum Status: UInt8, Sendable, MLSCodable {
        case active = 1
        /// A commit removed this account. What was received before can still be read.
        case removed = 2
        /// A commit that others could apply cannot be applied here: only being removed and added again helps.
        case stuck = 3
    }

    /// The member that this head belongs to.
    package var account: AccountAddress
    package var status: Status
    /// The MLS group's encoded state, with the proposals received in this epoch.
    package var state: [UInt8]
    package var position: LogPosition
    package var intent: CommitIntent?
    /// KeyPackages that were claimed and not used.
    package var claims: [HeldKeyPackage]

    private var version: UInt8 { 1 }

    package init(
        account: AccountAddress, status: Status, state: [UInt8], position: LogPosition, intent: CommitIntent? = nil,
        claims: [HeldKeyPackage] = []
    ) {
        self.account = account
        self.status = status
        self.state = state
        self.position = position
        self.intent = intent
        self.claims = claims
    }

    package static var layout:
        StructLayout<Self, UInt8, AccountAddress, Status, [UInt8], LogPosition, CommitIntent?, [HeldKeyPackage]>
    {
        StructLayout(\.version, \.account, \.status, \.state, \.position, \.intent, \.claims) {
            (version, account, status, state, position, intent, claims) throws(CodecError) in
            guard version == 1 else { throw CodecError(.invalidValue, "GroupHead.version") }
            return Self(
                account: account, status: status, state: state, position: position, intent: intent, claims: claims)
        }
    }
}
