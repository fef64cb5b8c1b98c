/// What an application lets into its groups. Nobody else learns of it, and it is no part of a group's stored form: whoever
/// reads that hands it in again.
public struct GroupRules: Sendable {
    /// Who is asked about every credential that comes into the group (RFC 9420 §5.3.1). If it is `nil`, the application
    /// checks them itself: `StagedCommit` and `Group.members` list them.
    public var credentials: (any CredentialVerifier)?
    /// The types of proposals that the application knows beside those of MLS; all others are refused. The members' leaves
    /// have to list them too, in `Capabilities.proposals` (RFC 9420 §12.2).
    public var customProposals: [CustomProposalType]
    /// How many Adds of clients that propose themselves (RFC 9420 §12.1.8) are kept in an epoch; what comes beyond is refused.
    /// Anybody can send them.
    public var newMemberProposalLimit: Int

    /// Rules that ask nobody and know no proposals beside those of MLS, unless more is asked for.
    ///
    /// The parameters are the properties of the same names.
    public init(
        credentials: (any CredentialVerifier)? = nil, customProposals: [CustomProposalType] = [],
        newMemberProposalLimit: Int = 100
    ) {
        self.credentials = credentials
        self.customProposals = customProposals
        self.newMemberProposalLimit = newMemberProposalLimit
    }
}
