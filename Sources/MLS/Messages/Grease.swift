/// Values that mean nothing, and that a client sends so that others do not forget to ignore what they do not know (RFC 9420
/// §13.5). What arrives is not compared with them: they are unknown values like any other.
public enum Grease {
    /// `0x0A0A`, `0x1A1A` … `0xEAEA`; what would come next is for private use.
    public static let values: [UInt16] = (0..<15).map { 0x0A0A + $0 * 0x1010 }

    /// One of them.
    public static func value(provider: some CipherSuiteProvider) -> UInt16 {
        values[random(below: values.count, provider)]
    }

    /// An extension that means nothing, with 0 to 31 random bytes in it: for GroupInfos, and for KeyPackages and leaves whose
    /// capabilities list its type. Never for a GroupContext, in which all members must understand everything (§13.5).
    public static func unknownExtension(provider: some CipherSuiteProvider) -> Extension {
        Extension(
            type: ExtensionType(rawValue: value(provider: provider)),
            data: provider.fresh(random(below: 32, provider)).bytes)
    }

    /// - Parameter limit: at most 256. How evenly the numbers come is of no matter: they mean nothing.
    private static func random(below limit: Int, _ provider: some CipherSuiteProvider) -> Int {
        Int(provider.fresh(1).bytes[0]) % limit
    }
}

extension Capabilities {
    /// What the client can really do, of its own.
    var withoutGrease: Capabilities {
        var own = self
        own.extensions.removeAll { Grease.values.contains($0.rawValue) }
        own.proposals.removeAll { Grease.values.contains($0.rawValue) }
        own.credentials.removeAll { Grease.values.contains($0.rawValue) }
        return own
    }

    /// The same, as they go to others: with one value of RFC 9420 §13.5 in each list that may have one.
    ///
    /// - Parameter extensions: types that the leaf uses for extensions that mean nothing, which it has to list.
    public func greased(
        extensions listed: [ExtensionType] = [], provider: some CipherSuiteProvider
    ) -> Capabilities {
        var greased = self
        greased.cipherSuites.append(CipherSuite(rawValue: Grease.value(provider: provider)))
        let unknown = listed.isEmpty ? [ExtensionType(rawValue: Grease.value(provider: provider))] : listed
        greased.extensions += unknown
        greased.proposals.append(ProposalType(rawValue: Grease.value(provider: provider)))
        greased.credentials.append(CredentialType(rawValue: Grease.value(provider: provider)))
        return greased
    }
}
