public import CloudMLSAPI
import Foundation

extension AccountAddress {
    /// Takes what a person typed, such as `folder:alice`. It is meant as it looks: some keyboards and file systems compose
    /// characters in another way than addresses have them.
    ///
    /// - Throws: `ClientError` with `invalidArgument` where it is not `platform:account-id`.
    public init(typed text: String) throws {
        guard let account = Self(text.precomposedStringWithCanonicalMapping) else {
            throw ClientError(
                .invalidArgument, "'\(text)' is not the address of an account.",
                hint: "An address is platform:account-id, such as folder:alice.")
        }
        self = account
    }
}
