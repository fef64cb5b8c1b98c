public import CloudMLSAPI

/// A platform account of the user's.
public struct AccountSummary: Sendable, Hashable {
    public var account: AccountAddress
    /// What its platform needs to know.
    public var settings: [String: String]

    public init(account: AccountAddress, settings: [String: String]) {
        self.account = account
        self.settings = settings
    }
}
