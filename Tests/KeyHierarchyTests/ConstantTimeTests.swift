import KeyHierarchy
import Testing

@Suite struct ConstantTimeTests {
    @Test func everyBitCounts() {
        let bytes: [UInt8] = [0, 1, 0x80, 0xff, 7]
        #expect(ConstantTime.areEqual(bytes, bytes))
        #expect(ConstantTime.areEqual([], []))
        for index in bytes.indices {
            for bit in 0..<8 {
                var other = bytes
                other[index] ^= 1 << bit
                #expect(!ConstantTime.areEqual(bytes, other))
            }
        }
    }

    @Test func anotherLengthIsAnotherValue() {
        #expect(!ConstantTime.areEqual([0], []))
        #expect(!ConstantTime.areEqual([0, 0], [0]))
    }
}
