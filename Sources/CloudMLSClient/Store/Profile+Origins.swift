import CloudMLSAPI
import KeyHierarchy

extension Profile {
    /// The address that was dialled, and the others that the key store has. They are no more than places to look: the
    /// server's identity and pin stand beside them in the profile. None of them is less safe than the first.
    static func origins(dialled: Origin, others: [Origin]) -> [Origin] {
        var origins = [dialled]
        for origin in others where origin.scheme == .https || dialled.scheme == .http {
            if !origins.contains(origin), origins.count < maximumOrigins { origins.append(origin) }
        }
        return origins
    }

    private static let maximumOrigins = 8
}

extension ServerInfo {
    /// The addresses that the server says it has, in their normal form.
    var knownOrigins: [Origin] { (origins ?? []).prefix(64).compactMap { Origin(rawValue: $0) } }
}
