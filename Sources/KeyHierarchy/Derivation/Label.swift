import MLSCodec

/// What a derived key or a signature is for. Every label begins with the project's name and the version of the scheme,
/// so that no key and no signature means something elsewhere.
package enum Label: String, Sendable, CaseIterable {
    case login
    case wrap
    case slotPSK = "slot-psk"
    case recoveryKey = "recovery-key"
    case recoveryCode = "recovery-code"
    case setupCode = "setup-code"
    case preLogin = "pre-login"
    case slot
    case keyring
    case handover
    case object
    case profile
    case anchor
    case anchorName = "anchor-name"
    case moved
    case forward
    case follow
    case archive

    package static let prefix = "CloudMLS 1.0 "

    package var bytes: [UInt8] { Array((Self.prefix + rawValue).utf8) }

    /// `struct { opaque label<V>; opaque field<V>…; }`: every field has its length in front, so that no two lists of
    /// fields have one encoding.
    package func framing(_ fields: [UInt8]...) -> [UInt8] { framing(fields) }

    package func framing(_ fields: [[UInt8]]) -> [UInt8] {
        var writer = MLSWriter()
        writer.write(opaque: bytes)
        for field in fields { writer.write(opaque: field) }
        return writer.bytes
    }
}
