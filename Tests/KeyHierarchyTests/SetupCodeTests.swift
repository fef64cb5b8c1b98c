import KeyHierarchy
import Testing

@Suite struct SetupCodeTests {
    private let code: SetupCode

    init() throws {
        let fixture = try Fixture()
        code = SetupCode(
            origin: fixture.origin, serverID: fixture.serverKey.serverID, certificatePin: fixture.pin,
            token: try Vectors.secret("input setup token"))
    }

    @Test func vector() throws {
        #expect(code.text == (try Vectors.text("setup code text")))
        #expect(try SetupCode(text: code.text) == code)
        #expect(try SetupCode(text: "\n  \(code.text)\r\n") == code)
        #expect(!code.text.contains { $0.isWhitespace })
        #expect("\(code)" == "<setup code for https://keys.example:7464>")
    }

    @Test func withoutPin() throws {
        let plain = SetupCode(origin: code.origin, serverID: code.serverID, token: .random())
        #expect(try SetupCode(text: plain.text) == plain)
    }

    @Test func everySingleMistakeIsNoticed() throws {
        let text = Array(code.text)
        for index in text.indices {
            var copy = text
            copy[index] = text[index] == "x" ? "y" : "x"
            #expect(throws: KeyHierarchyError(.invalidSetupCode)) { try SetupCode(text: String(copy)) }
            #expect(throws: KeyHierarchyError(.invalidSetupCode)) { try SetupCode(text: String(text.prefix(index))) }
        }
    }

    @Test(arguments: [
        "", "cloudmls-setup1:", "cloudmls-setup1:AAAA", "cloudmls-setup1:====", "cloudmls-setup2:AAAAAAAA", "é",
        String(repeating: "a", count: 10_000),
    ])
    func nonsense(text: String) {
        #expect(throws: KeyHierarchyError(.invalidSetupCode)) { try SetupCode(text: text) }
    }
}
