/// How much a PrivateMessage hides its content's length (RFC 9420 §6.3.1, §15.1).
public enum PaddingPolicy: Hashable, Sendable {
    /// The length can be seen.
    case none
    /// The plaintext grows to a multiple of so many bytes; 0 and 1 mean no padding.
    case multiple(of: Int)
    /// The plaintext grows to the next length that ends in enough binary zeros (Padmé): it costs at most 12 % and lets
    /// O(log log n) bits of a length n be seen.
    case padme

    /// Padding bytes for a content of `length` bytes.
    func paddingLength(for length: Int) -> Int {
        switch self {
        case .none:
            return 0
        case .multiple(let step):
            guard step > 1 else { return 0 }
            return (step - length % step) % step
        case .padme:
            guard length > 1 else { return 0 }
            let exponent = Int.bitWidth - 1 - length.leadingZeroBitCount
            let significant = Int.bitWidth - exponent.leadingZeroBitCount
            let mask = (1 << (exponent - significant)) - 1
            return ((length + mask) & ~mask) - length
        }
    }
}
