package import MLSCodec

/// How many generations of this account's two ratchets are given away in one epoch of a group: the only allocator, for
/// all devices. What is given away is never taken back, so that gaps are normal.
package struct GenerationCounts: Hashable, Sendable, MLSStruct {
    /// Of the application ratchet.
    package var application: UInt32
    /// Of the handshake ratchet.
    package var handshake: UInt32

    /// How many of one ratchet an epoch may use (RFC 9420 §6.3.1 leaves it to the application).
    package static let limit: UInt32 = 65_535

    private var version: UInt8 { 1 }

    package init(application: UInt32 = 0, handshake: UInt32 = 0) {
        self.application = application
        self.handshake = handshake
    }

    package static var layout: StructLayout<Self, UInt8, UInt32, UInt32> {
        StructLayout(\.version, \.application, \.handshake) {
            (version, application, handshake) throws(CodecError) in
            guard version == 1 else { throw CodecError(.invalidValue, "GenerationCounts.version") }
            return Self(application: application, handshake: handshake)
        }
    }

    /// Gives away the next `count` application generations; nil when the epoch has not that many left.
    package mutating func reserveApplication(_ count: UInt32) -> Range<UInt32>? {
        guard count <= Self.limit - min(application, Self.limit) else { return nil }
        let start = application
        application += count
        return start..<application
    }

    /// Gives away the next handshake generation.
    package mutating func reserveHandshake() -> UInt32? {
        guard handshake < Self.limit else { return nil }
        defer { handshake += 1 }
        return handshake
    }
}
