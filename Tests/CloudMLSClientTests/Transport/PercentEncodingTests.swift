import CloudMLSAPI
import Testing

@Suite struct PercentEncodingTests {
    @Test func everyByteComesBack() {
        let bytes = Array(UInt8.min ... .max)
        for isUpperCase in [false, true] {
            let text = PercentEncoding.encode(bytes, isUpperCase: isUpperCase, keeping: PercentEncoding.isUnreserved)
            #expect(PercentEncoding.decode(text) == bytes)
        }
    }

    @Test func whatIsPlainStandsForItself() {
        #expect(PercentEncoding.encode("az09-".utf8, keeping: PercentEncoding.isPlainInFileNames) == "az09-")
        #expect(PercentEncoding.encode("A/é".utf8, keeping: PercentEncoding.isPlainInFileNames) == "%41%2f%c3%a9")
        let address = PercentEncoding.encode("a:B~ ".utf8, isUpperCase: true, keeping: PercentEncoding.isUnreserved)
        #expect(address == "a%3AB~%20")
    }

    @Test(arguments: ["%", "%a", "a%", "%g0", "%+f", "% f", "%%41"]) func whatIsCutOffOrOddIsRefused(_ text: String) {
        #expect(PercentEncoding.decode(text) == nil)
    }
}
