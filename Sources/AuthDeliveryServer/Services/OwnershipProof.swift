package import CloudMLSAPI
package import ServerKit

/// How a platform's accounts are proven to be a user's: one implementation per platform.
package protocol OwnershipProof: Sendable {
    /// Whether `proof` shows that `account` is the user's. Called when an account is registered first, never again.
    func shows(_ account: AccountAddress, isOf user: UserID, by proof: [UInt8]?) async throws -> Bool
}

/// For platforms whose accounts prove nothing, such as `folder`: whoever registers an account first has it.
package struct FirstComeOwnership: OwnershipProof {
    package init() {}

    package func shows(_ account: AccountAddress, isOf user: UserID, by proof: [UInt8]?) async throws -> Bool { true }
}

/// The platforms that the server takes accounts of.
package struct OwnershipProofs: Sendable {
    private let proofs: [String: any OwnershipProof]

    package init(_ proofs: [String: any OwnershipProof]) { self.proofs = proofs }

    /// - Parameter platforms: those on which accounts go to whoever comes first.
    package init(firstCome platforms: [String]) {
        self.init(Dictionary(platforms.map { ($0, FirstComeOwnership()) }, uniquingKeysWith: { first, _ in first }))
    }

    func verify(_ account: AccountAddress, isOf user: UserID, by proof: [UInt8]?) async throws {
        guard let method = proofs[account.platform] else {
            throw APIError(.notYourAccount, "This server takes no accounts of that platform.")
        }
        guard try await method.shows(account, isOf: user, by: proof) else {
            throw APIError(.notYourAccount, "The proof does not show that the account is yours.")
        }
    }
}
