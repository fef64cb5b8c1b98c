import MLS

extension SecretBytes {
    /// Bytes from the system's generator.
    static func random(_ count: Int) -> SecretBytes {
        precondition(count >= 0, "a negative number of random bytes")
        var generator = SystemRandomNumberGenerator()
        // Into the place where they stay: an array in between would not be wiped.
        return SecretBytes(count: count) { buffer in
            // Each call asks the system: eight bytes at a time.
            for start in stride(from: 0, to: buffer.count, by: 8) {
                var word: UInt64 = generator.next()
                for index in start..<min(start + 8, buffer.count) {
                    buffer[index] = UInt8(truncatingIfNeeded: word)
                    word >>= 8
                }
            }
        }
    }
}
