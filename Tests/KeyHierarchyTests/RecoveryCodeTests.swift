import KeyHierarchy
import Testing

@Suite struct RecoveryCodeTests {
    @Test func vector() throws {
        let code = try #require(RecoveryCode(bytes: try Vectors.bytes("input recovery code")))
        #expect(code.text == (try Vectors.text("recovery code text")))
        #expect(try RecoveryCode(text: code.text) == code)
        #expect("\(code)" == "<recovery code>")
    }

    @Test func peopleMayTypeItTheirWay() throws {
        let text = try Vectors.text("recovery code text")
        let code = try RecoveryCode(text: text)
        let plain = text.replacing("-", with: "")
        #expect(try RecoveryCode(text: text.lowercased()) == code)
        #expect(try RecoveryCode(text: plain) == code)
        #expect(try RecoveryCode(text: "  \(text.replacing("-", with: " \r\n\t")) \n") == code)
        #expect(try RecoveryCode(text: text.replacing("1", with: "l")) == code)
        #expect(try RecoveryCode(text: text.replacing("1", with: "I")) == code)
        let zeros = try #require(RecoveryCode(bytes: Array(repeating: 0, count: 20)))
        #expect(try RecoveryCode(text: zeros.text.replacing("0", with: "o")) == zeros)
    }

    /// One wrong symbol changes 1 to 5 bits; the checksum of 15 bits misses one in 32,768 by chance, none of these.
    @Test func everySingleMistakeIsNoticed() throws {
        let text = Array(try Vectors.text("recovery code text"))
        for index in text.indices where text[index] != "-" {
            var copy = text
            copy[index] = text[index] == "7" ? "8" : "7"
            #expect(throws: KeyHierarchyError(.invalidRecoveryCode)) { try RecoveryCode(text: String(copy)) }
        }
    }

    @Test(arguments: [
        "", "1", "U", "18ZC-H8RZ", "é", String(repeating: "1", count: 36), String(repeating: "1", count: 9999),
    ])
    func nonsense(text: String) {
        #expect(throws: KeyHierarchyError(.invalidRecoveryCode)) { try RecoveryCode(text: text) }
    }

    @Test func codesDiffer() throws {
        #expect(RecoveryCode.random() != RecoveryCode.random())
        #expect(RecoveryCode(bytes: []) == nil)
    }
}
