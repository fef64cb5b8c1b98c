import CloudMLSAPI
import Foundation
import KeyStoreServer
import ServerKit
import Testing

/// What is spelled out is what an encoder makes of it.
@Suite struct JSONTextTests {
    private func encoded(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func spelled(_ fields: (inout JSONText) -> Void) -> String {
        var text = JSONText()
        text.object(fields)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    @Test(arguments: [0, 1, 2, 3])
    func changes(count: Int) throws {
        let all = [
            ObjectChange(cursor: 0, name: [0xfb, 0xef, 0xff], revision: 7, deleted: false),
            ObjectChange(cursor: .max, name: [], revision: 1, deleted: true),
            ObjectChange(cursor: 12, name: Bytes([UInt8](repeating: 9, count: 32)), revision: .max, deleted: false),
        ]
        let response = ChangesResponse(changes: Array(all[..<count]), cursor: 5, more: count > 1)
        #expect(try spelled(response.spell) == encoded(response))
    }

    @Test(arguments: [0, 1, 2, 3])
    func pages(count: Int) throws {
        let all = [
            ListedObject(name: [0xfb, 0xef, 0xff], revision: 7, size: 0, keyID: 0, deleted: false),
            ListedObject(name: [], revision: 1, size: 0, keyID: nil, deleted: true),
            ListedObject(name: [1], revision: .max, size: 1_000, keyID: .max, deleted: false),
        ]
        let page = ObjectsPage(objects: Array(all[..<count]), more: count == 0, count: count > 1 ? nil : 8)
        #expect(try spelled(page.spell) == encoded(page))
    }

    @Test(arguments: [1, 17, UInt64.max])
    func writeResults(revision: UInt64) throws {
        let result = WriteResult(revision: revision)
        #expect(try spelled(result.spell) == encoded(result))
    }
}
