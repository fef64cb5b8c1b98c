/// What an application lets into its groups. Nobody else learns of it, and it is no part of a group's stored form: whoever
/// reads that hands it in again.
public struct GroupRules: Sendable {
    /// Who is asked about every credential that comes into the group (RFC 9420 §5.3.1). If it is `nil`, the application
    /// checks them itself: `StagedCommit` and `Group.members` list them.
    public var credentials: (any CredentialVerifier)?
    /// The types of proposals that the application knows beside those of MLS; all others are refused. The members' leaves
    /// have to list them too, in `Capabilities.proposals` (RFC 9420 §12.2).
    public var customProposals: [CustomProposalType]

    public init(credentials: (any CredentialVerifier)? = nil, customProposals: [CustomProposalType] = []) {
        self.credentials = credentials
        self.customProposals = customProposals
    }
}
