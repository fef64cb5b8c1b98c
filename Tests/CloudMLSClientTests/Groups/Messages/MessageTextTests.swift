import CloudMLSClient
import Testing

@Suite struct MessageTextTests {
    @Test func whatIsEncodedIsFoundAgain() {
        let text = MessageText.encode([0, 255, 128])
        #expect(text == "cloudmls1:AP-A")
        #expect(MessageText.decode(text) == .sealed([0, 255, 128]))
        #expect(MessageText.decode(" \(text)\r\n") == .sealed([0, 255, 128]))
    }

    @Test(arguments: ["cloudmls1:", "cloudmls1:AP+A", "cloudmls1:A", "cloudmls1:AP-A x", "cloudmls1:AP-A="])
    func aDamagedTextIsNotPlain(text: String) {
        #expect(MessageText.decode(text) == .damaged)
    }

    @Test(arguments: ["", "Hello", "cloudmls2:AP-A", "I read about cloudmls1:AP-A"])
    func everythingElseIsPlain(text: String) {
        #expect(MessageText.decode(text) == .plain)
    }
}
