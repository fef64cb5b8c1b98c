extension [UInt8] {
    /// Bytes from the system's cryptographically secure generator.
    package static func secureRandom(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
