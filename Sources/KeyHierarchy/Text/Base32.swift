/// Douglas Crockford's base 32: made to be copied from paper, so `O` reads as `0`, `I` and `L` as `1`, in either case.
enum Base32 {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// One symbol for the five lowest bits.
    static func symbol(_ value: UInt8) -> Character {
        Character(UnicodeScalar(alphabet[Int(value & 31)]))
    }

    /// The five bits of a symbol; `nil` for anything else.
    static func value(_ symbol: Character) -> UInt8? {
        guard let upper = symbol.uppercased().utf8.first, symbol.isASCII else { return nil }
        switch upper {
        case UInt8(ascii: "O"): return 0
        case UInt8(ascii: "I"), UInt8(ascii: "L"): return 1
        default: return alphabet.firstIndex(of: upper).map { UInt8($0) }
        }
    }

    /// Bytes as values of five bits, the highest first; the number of bits must be a multiple of five.
    static func split(_ bytes: [UInt8]) -> [UInt8] {
        regroup(bytes, from: 8, to: 5)
    }

    static func join(_ values: [UInt8]) -> [UInt8] {
        regroup(values, from: 5, to: 8)
    }

    private static func regroup(_ input: [UInt8], from inputBits: Int, to outputBits: Int) -> [UInt8] {
        var output: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for value in input {
            buffer = (buffer << UInt32(inputBits) | UInt32(value)) & 0xffff
            bits += inputBits
            while bits >= outputBits {
                bits -= outputBits
                output.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits) & ((1 << UInt32(outputBits)) - 1)))
            }
        }
        return output
    }
}
