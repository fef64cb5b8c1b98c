/// The choices that a client makes about its accounts, groups and messages.
public struct MessagingPolicy: Sendable {
    /// The cipher suite of KeyPackages and new groups (RFC 9420 §17.1): 1, 2 or 3.
    public var cipherSuite: UInt16
    /// How long a KeyPackage lives, in seconds.
    public var keyPackageLifetime: UInt64
    /// How long before its end another one takes a KeyPackage's place, in seconds.
    public var keyPackageRenewal: UInt64
    /// How long after its end its private part is kept for a Welcome that is still on its way, in seconds.
    public var keyPackageRetention: UInt64
    /// How many KeyPackages of an account should be available.
    public var keyPackageCount: Int
    /// How many generations one reservation takes: 1 for a program that sends one message, 32 for one that stays.
    public var generationBlock: UInt32

    public init(
        cipherSuite: UInt16 = 1, keyPackageLifetime: UInt64 = 30 * 86_400, keyPackageRenewal: UInt64 = 7 * 86_400,
        keyPackageRetention: UInt64 = 30 * 86_400, keyPackageCount: Int = 20, generationBlock: UInt32 = 1
    ) {
        self.cipherSuite = cipherSuite
        self.keyPackageLifetime = keyPackageLifetime
        self.keyPackageRenewal = keyPackageRenewal
        self.keyPackageRetention = keyPackageRetention
        self.keyPackageCount = keyPackageCount
        self.generationBlock = generationBlock
    }
}
