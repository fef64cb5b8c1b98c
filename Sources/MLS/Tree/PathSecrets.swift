/// Path secrets from one node up, and what comes from them (RFC 9420 §7.4).
struct PathSecrets: Sendable {
    /// One for each node, from the lowest up.
    let pathSecrets: [SecretBytes]
    /// The nodes' key pairs, in the same order.
    let keyPairs: [HPKEKeyPair]
    /// The path secret that would be that of a node above the last one (RFC 9420 §12.4.1).
    let commitSecret: SecretBytes

    /// Derives the secrets of `count` nodes, of which `first` is the lowest one's.
    init(from first: SecretBytes, count: Int, provider: some CipherSuiteProvider) throws(CryptoError) {
        var pathSecrets: [SecretBytes] = []
        var keyPairs: [HPKEKeyPair] = []
        var next = first
        for _ in 0..<count {
            let nodeSecret = try provider.deriveSecret(next, label: "node")
            keyPairs.append(try provider.deriveHPKEKeyPair(inputKeyMaterial: nodeSecret))
            pathSecrets.append(next)
            next = try provider.deriveSecret(next, label: "path")
        }
        self.pathSecrets = pathSecrets
        self.keyPairs = keyPairs
        commitSecret = next
    }
}
