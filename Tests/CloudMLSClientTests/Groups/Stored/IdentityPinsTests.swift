import CloudMLSAPI
import CloudMLSClient
import MLSCodec
import Testing

@Suite struct IdentityPinsTests {
    @Test func anotherKeyOfTheSameKindIsAChange() throws {
        let bob = try #require(AccountAddress("folder:bob"))
        let carol = try #require(AccountAddress("folder:carol"))
        var pins = IdentityPins()
        // A key of another signature scheme has another length.
        let known: [(key: [UInt8], account: AccountAddress)] = [
            ([1, 1], bob), ([1, 1], bob), ([2, 2], carol), ([1, 1, 1], bob),
        ]
        for (key, account) in known {
            let isChange = pins.see(key, of: account, at: 20)
            #expect(!isChange)
        }
        #expect(pins.changed.isEmpty)
        let isChange = pins.see([3, 3], of: bob, at: 30)
        #expect(isChange)
        #expect(pins.changed == [IdentityPins.Pin(account: bob, key: [3, 3], seen: 30)])
        #expect(try IdentityPins(decoding: pins.encoded) == pins)
    }
}
