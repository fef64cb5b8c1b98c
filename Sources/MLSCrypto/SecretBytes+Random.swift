import MLS

extension SecretBytes {
    /// Bytes from the system's generator; none for a negative `count`.
    static func random(_ count: Int) -> SecretBytes {
        var generator = SystemRandomNumberGenerator()
        return SecretBytes((0..<max(0, count)).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
