/// Whether two byte strings are equal, in a time that depends on their lengths only: for tags and secrets.
func constantTimeEqual(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
    lhs.withUnsafeBufferPointer { lhs in rhs.withUnsafeBufferPointer { constantTimeEqual(lhs, $0) } }
}

func constantTimeEqual(_ lhs: UnsafeBufferPointer<UInt8>, _ rhs: UnsafeBufferPointer<UInt8>) -> Bool {
    lhs.count == rhs.count && difference(lhs, rhs) == 0
}

// Both loops have nothing but pointers and integers: without the optimiser, whatever is generic takes many times as long.

/// All bits in which two strings of one length differ. The optimiser may not look into it: nothing keeps it else from leaving
/// the loop at the first difference.
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

/// Writes zeros over memory that is about to be freed. The optimiser may not look into it: it would take a store that nobody
/// reads for dead, and volatile access is not to be had in Swift.
@inline(never)
@_optimize(none)
func wipe(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
    guard let start = buffer.baseAddress else { return }
    var index = 0
    while index < buffer.count {
        start[index] = 0
        index += 1
    }
}

extension [UInt8] {
    /// Writes zeros over the array, for one that held a secret. Of an array that has another holder it wipes a copy.
    package mutating func wipe() { withUnsafeMutableBufferPointer { MLS.wipe($0) } }
}
