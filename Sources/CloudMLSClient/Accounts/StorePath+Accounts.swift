package import CloudMLSAPI

extension StorePath {
    /// `AccountSecrets`.
    package static func account(_ account: AccountAddress) -> String { "account/\(account)" }
    /// `KeyPackagePool`.
    package static func keyPackages(_ account: AccountAddress) -> String { "key-packages/\(account)" }
}
