/// Says whether a credential is what it claims to be: the Authentication Service of RFC 9420 §5.3.1, as a group asks it.
///
/// `MLS` compares and carries credentials, and looks into none: a Basic one is a name that only the application understands,
/// and an X.509 one a chain of DER certificates. A verifier checks that the credential's identifiers belong to the signature
/// key (for X.509: that the chain is valid, and that its first certificate has this key, §5.3), and that they are acceptable
/// for this use.
///
/// It is asked about leaves whose signature was checked before, and about entries of `external_senders`; of members that are
/// known, where the credential or the signature key is another one. What it is asked about may be refused afterwards all the
/// same.
public protocol CredentialVerifier: Sendable {
    /// Returns if the credential is acceptable, and else throws: the message that brings it is then refused as
    /// `invalidCredential`, and changes nothing.
    ///
    /// All members should come to the same result: who refuses what the others accept cannot follow the group.
    func verify(_ credential: Credential, signatureKey: SignaturePublicKey, for use: CredentialUse) throws
}

/// Where a credential comes into a group (RFC 9420 §5.3.1).
public enum CredentialUse: Hashable, Sendable {
    /// Of a client that is added, proposes to be, or joins by itself.
    case newMember
    /// Of somebody who is in the group that one joins.
    case member
    /// Of a member's new leaf, or of the leaf of a client that joins in the place of its former self (§12.2): its identifiers
    /// must be a valid successor of those of the member's `old` credential, which is the same where the key alone changed, and
    /// may be where a former self is replaced.
    case successor(of: Credential)
    /// In the `external_senders` extension (§12.1.8.1).
    case externalSender
}

extension CredentialUse {
    /// Without the credential of a `successor`, which is not an error's to tell.
    fileprivate var name: String {
        switch self {
        case .newMember: "of a new member"
        case .member: "of a member"
        case .successor: "of a member's new leaf"
        case .externalSender: "of an external sender"
        }
    }
}

extension CredentialVerifier {
    func check(
        _ credential: Credential, signatureKey: SignaturePublicKey, for use: CredentialUse
    ) throws(MLSError) {
        do {
            try verify(credential, signatureKey: signatureKey, for: use)
        } catch {
            throw MLSError(.invalidCredential, use.name)
        }
    }

    func check(_ leafNode: LeafNode, for use: CredentialUse) throws(MLSError) {
        try check(leafNode.credential, signatureKey: leafNode.signatureKey, for: use)
    }

    /// Of a member's new leaf, where it says something else than the old one.
    func check(_ leafNode: LeafNode, succeeding old: LeafNode) throws(MLSError) {
        guard leafNode.credential != old.credential || leafNode.signatureKey != old.signatureKey else { return }
        try check(leafNode, for: .successor(of: old.credential))
    }

    /// Of whoever may propose from outside.
    ///
    /// - Parameter old: where the extension may be the same already.
    func checkExternalSenders(of context: GroupContext, since old: GroupContext? = nil) throws(MLSError) {
        let data = context.extensions.data(of: .externalSenders)
        if let old, old.extensions.data(of: .externalSenders) == data { return }
        for sender in try context.externalSenders() {
            try check(sender.credential, signatureKey: sender.signatureKey, for: .externalSender)
        }
    }

    /// Of all that a joiner finds in a group.
    func checkGroup(_ context: GroupContext, _ tree: RatchetTree) throws(MLSError) {
        for (_, leafNode) in tree.leaves { try check(leafNode, for: .member) }
        try checkExternalSenders(of: context)
    }
}
