import MLSCodec
import Testing

@Suite struct HexadecimalTests {
    @Test func everyByteComesBack() {
        let bytes = [UInt8](0...255)
        let digits = Hexadecimal.digits(bytes)
        #expect(digits.hasPrefix("000102") && digits.hasSuffix("fdfeff"))
        #expect(Hexadecimal.bytes(Array(digits.utf8)) == bytes)
        #expect(Hexadecimal.bytes([]) == [])
    }

    @Test func capitalsCountWhereTheyAreAskedFor() {
        #expect(Hexadecimal.bytes(Array("aFFa".utf8)) == nil)
        #expect(Hexadecimal.bytes(Array("aFFa".utf8), capitals: true) == [0xaf, 0xfa])
    }

    @Test(arguments: ["0", "012", "0g", "g0", "/0", ":0", "@0", "G0", "`0", " 00", "0x00", "00é"])
    func whatIsNoDigitIsRefused(text: String) {
        #expect(Hexadecimal.bytes(Array(text.utf8), capitals: true) == nil)
    }
}
