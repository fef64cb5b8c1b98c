package import ServerKit

/// The answer that a request got under an idempotency key.
package struct StoredAnswer: Hashable, Sendable {
    /// SHA-256 of what was asked.
    package var request: [UInt8]
    package var answer: [UInt8]
}

package protocol IdempotencyStorage {
    func answer(to key: [UInt8], of user: UserID) throws -> StoredAnswer?
    func insertAnswer(_ answer: StoredAnswer, to key: [UInt8], of user: UserID, at time: UInt64) throws
    /// How many answers are kept for a user, and their bytes.
    func keptAnswers(of user: UserID) throws -> (count: Int, bytes: Int)
    func deleteAnswers(givenBefore time: UInt64) throws
}
