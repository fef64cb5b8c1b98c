import MLS

extension SecretBytes {
    /// Bytes from the system's generator; none for a negative `count`.
    static func random(_ count: Int) -> SecretBytes {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(max(0, count) + 7)
        // Each call asks the system: eight bytes at a time.
        while bytes.count < count {
            let word: UInt64 = generator.next()
            for shift: UInt64 in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return SecretBytes(bytes.prefix(max(0, count)))
    }
}
