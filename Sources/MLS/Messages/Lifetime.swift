public import MLSCodec

/// `struct { uint64 not_before; uint64 not_after; } Lifetime` (RFC 9420 §7.2), in seconds since 1970.
public struct Lifetime: Hashable, Sendable, MLSCodable, LaidOut {
    /// When it begins, in seconds since 1970.
    public var notBefore: UInt64
    /// The last second of it, since 1970.
    public var notAfter: UInt64

    /// A lifetime between two times, in seconds since 1970. That the second is not before the first is for
    /// `LifetimePolicy` to check.
    public init(notBefore: UInt64, notAfter: UInt64) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    static let layout: StructLayout<Self, UInt64, UInt64> = StructLayout(\.notBefore, \.notAfter) {
        Self(notBefore: $0, notAfter: $1)
    }
}

extension Lifetime {
    /// A lifetime that begins an hour before `now`, for clocks that disagree, and ends `duration` seconds after it.
    public init(from now: UInt64, duration: UInt64) {
        let (end, overflow) = now.addingReportingOverflow(duration)
        self.init(notBefore: now >= 3_600 ? now - 3_600 : 0, notAfter: overflow ? .max : end)
    }
}
