/// Pre-shared keys by what a PreSharedKeyID says of them (RFC 9420 §8.4); the nonce, which is new each time, is no part.
public typealias PreSharedKeys = [PreSharedKeyID.Key: SecretBytes]

extension PreSharedKeyID {
    /// What a PreSharedKey proposal outside of ReInit and branch must be (RFC 9420 §12.1.4).
    func checkForProposal(nonceLength: Int) throws(MLSError) {
        if case .resumption(let usage, _, _) = key, usage != .application {
            throw MLSError(.invalidProposal, "a resumption key for another use")
        }
        guard nonce.count == nonceLength else { throw MLSError(.invalidProposal, "psk_nonce") }
    }
}

extension CipherSuiteProvider {
    /// `psk_secret` (RFC 9420 §8.4) of the keys that a commit or Welcome names.
    ///
    /// - Throws: `missingKey` if one of them is not known.
    func pskSecret(_ identifiers: [PreSharedKeyID], from known: PreSharedKeys) throws(MLSError) -> SecretBytes {
        let keys = try identifiers.map { (id) throws(MLSError) in
            guard let secret = known[id.key] else { throw MLSError(.missingKey, "a pre-shared key") }
            return PreSharedKey(id: id, secret: secret)
        }
        return try MLSError.mapping { try pskSecret(keys) }
    }
}

extension Group {
    /// This epoch's resumption key (RFC 9420 §8.6), which a later epoch or another group can take in under
    /// `resumptionKeyID`.
    public var resumptionPSK: SecretBytes { epochSecrets.resumptionPSK }

    /// How a PreSharedKeyID names `resumptionPSK`.
    public var resumptionKeyID: PreSharedKeyID.Key {
        .resumption(usage: .application, groupID: groupID, epoch: epoch)
    }

    /// What a commit in this epoch can use: the keys of the caller, and this epoch's own.
    func knownKeys(_ keys: PreSharedKeys) -> PreSharedKeys {
        keys.merging([resumptionKeyID: resumptionPSK]) { given, _ in given }
    }
}
