import CloudMLSAPI
import Foundation
import Testing

/// Names that look the same are the same account, or none.
@Suite struct AccountAddressTests {
    @Test(arguments: ["rene\u{301}", "A\u{30A}ngstrom", "\u{212B}ngstrom", "\u{1100}\u{1161}", "q\u{307}\u{323}"])
    func refusesWhatIsNotInFormC(id: String) throws {
        #expect(AccountAddress("folder:\(id)") == nil)
        #expect(AccountAddress(platform: "folder", id: id) == nil)
        let json = try JSONEncoder().encode(["folder:\(id)"])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([AccountAddress].self, from: json) }
    }

    @Test(arguments: ["ren\u{E9}", "\u{C5}ngstrom", "\u{AC00}", "q\u{323}\u{307}", "😀", "李", "plain:with:colons"])
    func takesFormC(id: String) throws {
        let address = try #require(AccountAddress("folder:\(id)"))
        #expect(Array(address.id.utf8) == Array(id.utf8))
    }

    @Test func sortsByBytes() throws {
        // By code units of UTF-16 the order would be the other one.
        let texts = ["folder:\u{FF5E}", "folder:\u{1F600}"]
        let addresses = try texts.map { try #require(AccountAddress($0)) }
        #expect(addresses.reversed().sorted() == addresses)
        #expect(Set(addresses + addresses).count == 2)
    }
}
