/// Compares what must not be guessed byte by byte.
package enum ConstantTime {
    /// Whether two byte strings are equal, in a time that depends on their lengths only.
    package static func areEqual(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
        lhs.withUnsafeBytes { lhs in rhs.withUnsafeBytes { areEqual(lhs, $0) } }
    }

    static func areEqual(_ lhs: UnsafeRawBufferPointer, _ rhs: UnsafeRawBufferPointer) -> Bool {
        lhs.count == rhs.count && difference(lhs, rhs) == 0
    }

    /// All bits in which two strings of one length differ. The optimiser may not look into it: nothing keeps it else from
    /// leaving the loop at the first difference.
    @inline(never)
    @_optimize(none)
    private static func difference(_ lhs: UnsafeRawBufferPointer, _ rhs: UnsafeRawBufferPointer) -> UInt8 {
        var difference: UInt8 = 0
        var index = 0
        while index < lhs.count {
            difference |= lhs[index] ^ rhs[index]
            index += 1
        }
        return difference
    }
}
