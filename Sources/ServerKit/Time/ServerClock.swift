#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where a server takes the time from: seconds since 1970. Tests hand in one that they can move.
package struct ServerClock: Sendable {
    private let read: @Sendable () -> UInt64

    package init(_ read: @escaping @Sendable () -> UInt64) { self.read = read }

    package var now: UInt64 { read() }

    /// The machine's clock.
    package static let system = Self { UInt64(max(0, Date().timeIntervalSince1970)) }
}
