import MLS
import MLSCodec
import Testing

@Suite struct SecretBytesTests {
    @Test func equality() {
        #expect(SecretBytes([1, 2, 3]) == SecretBytes([1, 2, 3]))
        #expect(SecretBytes([1, 2, 3]) != SecretBytes([1, 2, 4]))
        #expect(SecretBytes([1, 2, 3]) != SecretBytes([1, 2]))
        #expect(SecretBytes(zeros: 3) == SecretBytes([0, 0, 0]))
        #expect(SecretBytes([]).isEmpty)
    }

    /// However it is printed: alone, inside something else, or by its mirror.
    @Test func nothingIsPrinted() {
        let secret = SecretBytes(Array("hunter2".utf8))
        var dumped = ""
        dump(HPKEPrivateKey(secret), to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\(SignaturePrivateKey(secret))", dumped] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("104"))
        }
        #expect("\(secret)" == "<7 secret bytes>")
    }

    @Test func roundTrip() throws {
        let secret = SecretBytes([1, 2, 3])
        #expect(secret.encoded == [3, 1, 2, 3])
        #expect(try SecretBytes(decoding: secret.encoded) == secret)
    }
}
