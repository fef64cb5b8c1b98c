/// Whether two byte strings are equal, in a time that depends on their lengths only: for tags and secrets.
func constantTimeEqual(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
    lhs.withUnsafeBufferPointer { lhs in rhs.withUnsafeBufferPointer { constantTimeEqual(lhs, $0) } }
}

func constantTimeEqual(_ lhs: UnsafeBufferPointer<UInt8>, _ rhs: UnsafeBufferPointer<UInt8>) -> Bool {
    lhs.count == rhs.count && difference(lhs, rhs) == 0
}

/// All bits in which two strings of one length differ. The optimiser may not look into it: nothing keeps it else from leaving
/// the loop at the first difference. So it has nothing but pointers and integers: whatever is generic takes many times as long
/// without the optimiser.
@inline(never)
@_optimize(none)
private func difference(_ lhs: UnsafeBufferPointer<UInt8>, _ rhs: UnsafeBufferPointer<UInt8>) -> UInt8 {
    guard let left = lhs.baseAddress, let right = rhs.baseAddress else { return 0 }
    var difference: UInt8 = 0
    var index = 0
    while index < lhs.count {
        difference |= left[index] ^ right[index]
        index += 1
    }
    return difference
}
