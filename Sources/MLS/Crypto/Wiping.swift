/// Writes zeros over memory that is about to be freed. The optimiser may not look into it: it would take a store that nobody
/// reads for dead, and volatile access is not to be had in Swift. So it has nothing but pointers and integers: whatever is
/// generic takes many times as long without the optimiser.
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
