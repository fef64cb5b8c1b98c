import Foundation
import KeyHierarchy
import Testing

/// The words for kinds and roles in requests and answers, which are not those in what is signed.
@Suite struct WordsInJSONTests {
    @Test(arguments: zip(SlotKind.allCases, ["password", "recovery", "device"]))
    func kinds(kind: SlotKind, word: String) throws {
        #expect(try JSONEncoder().encode([kind]) == Data("[\"\(word)\"]".utf8))
        #expect(try JSONDecoder().decode([SlotKind].self, from: Data("[\"\(word)\"]".utf8)) == [kind])
    }

    @Test(arguments: zip(ServerRole.allCases, ["key-store", "auth-delivery"]))
    func roles(role: ServerRole, word: String) throws {
        #expect(try JSONEncoder().encode([role]) == Data("[\"\(word)\"]".utf8))
        #expect(try JSONDecoder().decode([ServerRole].self, from: Data("[\"\(word)\"]".utf8)) == [role])
    }

    @Test(arguments: ["[\"\"]", "[\"Password\"]", "[\"face\"]", "[1]", "[null]"])
    func othersAreRefused(text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([SlotKind].self, from: Data(text.utf8)) }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([ServerRole].self, from: Data(text.utf8)) }
    }
}
