/// A small generator with a seed, so that a failure can be seen again (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension [UInt8] {
    /// Every copy of the bytes in which one bit of one byte is another.
    var withOneBitFlipped: [[UInt8]] {
        indices.map { index in
            var copy = self
            copy[index] ^= 1 << UInt8(index % 8)
            return copy
        }
    }
}
