package import CloudMLSAPI
package import MLS

/// Whether leaves show the identity keys that the auth-delivery server has for their accounts (RFC 9420 §5.3.1).
package struct IdentityCheck: Sendable {
    private let records: [AccountAddress: AccountRecord]
    private let scheme: UInt16?

    package init(_ records: [AccountRecord], suite: CipherSuite) {
        self.records = Dictionary(records.map { ($0.account, $0) }) { first, _ in first }
        scheme = suite.signatureScheme
    }

    /// What is wrong with a leaf that is in the tree already: its key may be an older one that was not revoked.
    package func objection(toPresent member: Member) -> String? {
        objection(member) { !$0.revoked }
    }

    /// What is wrong with a leaf that enters the tree: its key must have been current then.
    ///
    /// - Parameter history: the number of the server's identity history when it accepted the message; nil for now.
    package func objection(toEntering member: Member, at history: UInt64?) -> String? {
        objection(member) { record in
            guard !record.revoked else { return false }
            guard let history else { return record.replaced == nil }
            return record.history <= history && record.replaced.map { $0 > history } ?? true
        }
    }

    private func objection(_ member: Member, _ isValid: (IdentityKeyRecord) -> Bool) -> String? {
        guard let account = member.account else { return "a leaf that does not name an account" }
        guard let record = records[account] else { return "\(account) is not known to the auth-delivery server" }
        let matches = record.keys.filter {
            $0.key.scheme == scheme && $0.key.publicKey.array == member.signatureKey.bytes
        }
        guard matches.contains(where: isValid) else { return "\(account) shows a key that is not its identity key" }
        return nil
    }
}
