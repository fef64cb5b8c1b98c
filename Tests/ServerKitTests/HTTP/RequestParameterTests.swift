import CloudMLSAPI
import ServerKit
import Testing

/// What a parameter of a request may be, and what is said of one that is something else.
@Suite struct RequestParameterTests {
    private func parameter(_ text: String) -> RequestParameter { RequestParameter("after", in: .query, text: text) }

    @Test(arguments: [("0", UInt64(0)), ("007", 7), ("18446744073709551615", .max)])
    func numbersAreDigits(text: String, number: UInt64) throws {
        #expect(try parameter(text).number() == number)
    }

    @Test(arguments: ["", "-1", "+1", "1.5", "0x1", "1 ", "\u{661}", "18446744073709551616"])
    func nothingElseIsANumber(text: String) {
        #expect(throws: APIError(.badRequest, "")) { try parameter(text).number() }
    }

    @Test func bytesAreHexadecimalOfTheirLength() throws {
        #expect(try parameter("00ff").bytes(count: 2...2) == [0, 255])
        #expect(try parameter("").bytes(count: 0...2) == [])
        for text in ["", "00", "00ff00", "00FF", "0ff", "0x00", "zz00"] {
            #expect(throws: APIError(.badRequest, ""), "\(text)") { try parameter(text).bytes(count: 2...2) }
            #expect(throws: APIError(.notFound, ""), "\(text)") {
                try parameter(text).bytes(count: 2...2, else: .notFound)
            }
        }
    }

    @Test func anErrorNamesTheParameterAndNotWhatWasSent() {
        let error = parameter("secret").refusal("a number")
        #expect(error.detail.message == "\"after\" in the query takes a number.")
    }
}
