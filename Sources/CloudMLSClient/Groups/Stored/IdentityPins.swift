package import CloudMLSAPI
package import MLS
package import MLSCodec

/// The identity keys that this user has seen, so that a change does not pass unnoticed (RFC 9420 §16.6 leaves the
/// authentication service trusted; a pin is what is left to check it by).
package struct IdentityPins: Hashable, Sendable, MLSStruct {
    package struct Pin: Hashable, Sendable, MLSStruct {
        package var account: AccountAddress
        package var key: [UInt8]
        /// Seconds since 1970 when it was seen first.
        package var seen: UInt64

        package init(account: AccountAddress, key: [UInt8], seen: UInt64) {
            self.account = account
            self.key = key
            self.seen = seen
        }

        package static var layout: StructLayout<Self, AccountAddress, [UInt8], UInt64> {
            StructLayout(\.account, \.key, \.seen) { Self(account: $0, key: $1, seen: $2) }
        }
    }

    /// In the order in which they were seen: an account's last pin of a key length is the one in use.
    package var pins: [Pin]

    private var version: UInt8 { 1 }

    package init(pins: [Pin] = []) { self.pins = pins }

    package static var layout: StructLayout<Self, UInt8, [Pin]> {
        StructLayout(\.version, \.pins) { (version, pins) throws(CodecError) in
            guard version == 1 else { throw CodecError(.invalidValue, "IdentityPins.version") }
            return Self(pins: pins)
        }
    }

    /// Remembers a key.
    ///
    /// - Returns: whether another key of the same kind was seen for the account before.
    package mutating func see(_ key: [UInt8], of account: AccountAddress, at time: UInt64) -> Bool {
        let known = pins.filter { $0.account == account && $0.key.count == key.count }
        guard !known.contains(where: { $0.key == key }) else { return false }
        pins.append(Pin(account: account, key: key, seen: time))
        return !known.isEmpty
    }

    /// What is wrong with a leaf of a group that was known before: a Welcome could otherwise put another tree in the place
    /// of the one whose members were checked.
    package func objection(toKnown member: Member) -> String? {
        guard let account = member.account else { return nil }
        let key = member.signatureKey.bytes
        let known = pins.filter { $0.account == account && $0.key.count == key.count }
        guard !known.isEmpty, !known.contains(where: { $0.key == key }) else { return nil }
        return "\(account) shows another identity key than was seen before"
    }

    /// The accounts of which more than one key of the same kind was seen, with the newest pin.
    package var changed: [Pin] {
        var first: [String: Pin] = [:]
        var newest: [String: Pin] = [:]
        for pin in pins {
            let kind = "\(pin.key.count):\(pin.account)"
            if first[kind] == nil { first[kind] = pin } else { newest[kind] = pin }
        }
        return newest.values.sorted { ($0.account, $0.seen) < ($1.account, $1.seen) }
    }
}
