package import MLSCodec

/// An account's KeyPackages with their private parts, as the key store has them.
package struct KeyPackagePool: Hashable, Sendable, MLSStruct {
    package struct Entry: Hashable, Sendable, MLSStruct {
        package enum State: UInt8, Sendable, MLSCodable {
            /// Written here; whether the auth-delivery server has it is not known.
            case pending = 1
            case published = 2
        }

        package enum Kind: UInt8, Sendable, MLSCodable {
            case ordinary = 1
            /// May be handed out more than once, so that its private part outlives joins.
            case lastResort = 2
        }

        /// KeyPackageRef.
        package var ref: [UInt8]
        package var cipherSuite: UInt16
        /// The `KeyPackage` structure.
        package var keyPackage: [UInt8]
        /// `KeyPackagePrivateKeys`.
        package var secrets: [UInt8]
        /// Seconds since 1970.
        package var notAfter: UInt64
        package var state: State
        package var kind: Kind

        package init(
            ref: [UInt8], cipherSuite: UInt16, keyPackage: [UInt8], secrets: [UInt8], notAfter: UInt64, state: State,
            kind: Kind
        ) {
            self.ref = ref
            self.cipherSuite = cipherSuite
            self.keyPackage = keyPackage
            self.secrets = secrets
            self.notAfter = notAfter
            self.state = state
            self.kind = kind
        }

        package static var layout: StructLayout<Self, [UInt8], UInt16, [UInt8], [UInt8], UInt64, State, Kind> {
            StructLayout(\.ref, \.cipherSuite, \.keyPackage, \.secrets, \.notAfter, \.state, \.kind) {
                Self(
                    ref: $0, cipherSuite: $1, keyPackage: $2, secrets: $3, notAfter: $4, state: $5, kind: $6)
            }
        }
    }

    package var entries: [Entry]

    private var version: UInt8 { 1 }

    package init(entries: [Entry] = []) { self.entries = entries }

    package static var layout: StructLayout<Self, UInt8, [Entry]> {
        StructLayout(\.version, \.entries) { (version, entries) throws(CodecError) in
            guard version == 1 else { throw CodecError(.invalidValue, "KeyPackagePool.version") }
            return Self(entries: entries)
        }
    }

    package func entry(_ ref: [UInt8]) -> Entry? { entries.first { $0.ref == ref } }

    /// Takes out what a join has used; a last-resort KeyPackage stays.
    package mutating func use(_ ref: [UInt8]) {
        entries.removeAll { $0.ref == ref && $0.kind == .ordinary }
    }

    /// Takes out what no Welcome can need any more.
    package mutating func dropExpired(at now: UInt64, retention: UInt64) {
        entries.removeAll { now > $0.notAfter &+ retention && now > $0.notAfter }
    }
}
