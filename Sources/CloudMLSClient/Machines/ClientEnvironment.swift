import Foundation
public import KeyHierarchy

/// What the client takes from the outside, so that the same code runs under a deterministic simulation.
public struct ClientEnvironment: Sendable {
    /// Seconds since 1970.
    public var now: @Sendable () -> UInt64
    /// That many bytes of a cryptographic random generator.
    public var random: @Sendable (Int) -> [UInt8]
    /// Which KDF parameters of a server's are accepted.
    public var kdfPolicy: KDFPolicy
    /// How new passwords are hashed.
    public var kdfDefault: KDFParameters
    /// For people, in the list of sessions; at most 64 bytes are sent.
    public var deviceName: String
    /// Takes plain `http` to other machines too, for networks that are encrypted below.
    public var allowsPlaintext = false
    /// Told what operations are about to do, and what they have done. For tests: it may end the process.
    package var observer: (@Sendable (OperationPoint) -> Void)?

    public init(
        now: @escaping @Sendable () -> UInt64, random: @escaping @Sendable (Int) -> [UInt8],
        kdfPolicy: KDFPolicy = .standard, kdfDefault: KDFParameters = .default, deviceName: String = ""
    ) {
        self.now = now
        self.random = random
        self.kdfPolicy = kdfPolicy
        self.kdfDefault = kdfDefault
        self.deviceName = deviceName
    }

    /// The system's clock and random generator.
    public static var system: Self {
        Self(
            now: { UInt64(max(0, Date().timeIntervalSince1970)) },
            random: { count in
                var generator = SystemRandomNumberGenerator()
                return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            },
            deviceName: ProcessInfo.processInfo.hostName)
    }

    /// Fresh public bytes: an identifier, a nonce, a salt. A `random` that gives another number of bytes than it was asked
    /// for stops the program: nothing else may stand in for it.
    package func fresh<Kind>(_ type: FixedBytes<Kind>.Type = FixedBytes<Kind>.self) -> FixedBytes<Kind> {
        guard let fresh = FixedBytes<Kind>(bytes: random(Kind.byteCount)) else { Self.wrongCount(Kind.byteCount) }
        return fresh
    }

    /// A fresh secret.
    package func fresh<Kind>(_ type: Secret<Kind>.Type = Secret<Kind>.self) -> Secret<Kind> {
        guard let fresh = Secret<Kind>(bytes: random(Secret<Kind>.byteCount)) else {
            Self.wrongCount(Secret<Kind>.byteCount)
        }
        return fresh
    }

    /// The closure is the program's own: nothing that comes from outside reaches this, and to go on would be to take secrets
    /// that nobody chose.
    private static func wrongCount(_ count: Int) -> Never {
        preconditionFailure("ClientEnvironment.random was asked for \(count) bytes and gave another number")
    }
}
