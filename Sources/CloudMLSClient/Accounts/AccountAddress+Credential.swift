package import CloudMLSAPI
package import MLS

extension Member {
    /// The account that the member's credential names; nil for a credential of another form.
    package var account: AccountAddress? { AccountAddress(credential: credential) }
}

extension AccountAddress {
    /// The account that a basic credential names.
    package init?(credential: Credential) {
        guard let identity = credential.basicIdentity, let text = String(validating: identity, as: UTF8.self) else {
            return nil
        }
        self.init(text)
    }

    /// The basic credential that names the account.
    package var credential: Credential { .basic(identity: Array(description.utf8)) }
}
