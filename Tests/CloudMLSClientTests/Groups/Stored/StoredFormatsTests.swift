import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import MLS
import MLSCodec
import Testing

/// The client's stored forms, frozen: the expected bytes were written by an independent encoder from
/// `docs/formats.md`, §11, §13 and §14.
@Suite struct StoredFormatsTests {
    private let alice: AccountAddress
    private let bob: AccountAddress
    private let carol: AccountAddress
    private let group = GroupID([9, 8, 7])
    private let position = LogPosition(incarnation: [UInt8](repeating: 1, count: 16), sequence: 12)

    init() throws {
        alice = try #require(AccountAddress("folder:alice"))
        bob = try #require(AccountAddress("folder:bob"))
        carol = try #require(AccountAddress("folder:carol"))
    }

    private var claim: HeldKeyPackage { HeldKeyPackage(account: carol, keyPackage: [4, 5]) }

    private var intent: CommitIntent {
        CommitIntent(
            purpose: .commit, epoch: 7, commit: [1, 2], welcome: nil, confirmation: [3],
            next: [UInt8](repeating: 4, count: 70), generation: 6, claims: [claim])
    }

    /// Checks both directions, and that no part of the bytes is a value by itself.
    private func check<Value: MLSCodable & Equatable>(_ value: Value, _ hex: String) throws {
        #expect(value.encoded.hex == hex)
        let bytes = try #require([UInt8](hex: hex))
        #expect(try Value(decoding: bytes) == value)
        for length in 0..<bytes.count {
            #expect(throws: CodecError.self) { try Value(decoding: Array(bytes.prefix(length))) }
        }
        #expect(throws: CodecError.self) { try Value(decoding: bytes + [0]) }
        #expect(throws: CodecError(.invalidValue)) { try Value(decoding: [bytes[0] + 1] + bytes.dropFirst()) }
    }

    @Test func chatExtension() throws {
        try check(
            ChatExtension(platform: "folder", chat: "lunch", created: 1_800_000_000, predecessor: group),
            "0106666f6c646572056c756e6368000000006b49d2000103090807")
    }

    @Test func generationCounts() throws {
        try check(GenerationCounts(application: 5, handshake: 258), "010000000500000102")
    }

    @Test func commitIntent() throws {
        try check(
            intent,

            "010200000000000000070201020001034046040404040404040404040404040404040404040404040404040404040404"
                + "0404040404040404040404040404040404040404040404040404040404040404040404040404040400000006100c666f"
                + "6c6465723a6361726f6c020405")
    }

    @Test func groupHead() throws {
        try check(
            GroupHead(
                account: alice, status: .active, state: [0xaa, 0xbb], position: position, intent: intent,
                claims: [claim]),

            "010c666f6c6465723a616c6963650102aabb1001010101010101010101010101010101000000000000000c0101020000"
                + "000000000007020102000103404604040404040404040404040404040404040404040404040404040404040404040404"
                + "04040404040404040404040404040404040404040404040404040404040404040404040400000006100c666f6c646572"
                + "3a6361726f6c020405100c666f6c6465723a6361726f6c020405")
    }

    @Test func storeIndex() throws {
        try check(
            StoreIndex(
                accounts: [.init(account: alice, settings: [.init(name: "folder", value: "/chats")])],
                groups: [
                    .init(id: group, account: alice, chat: "lunch", created: 1_800_000_000, status: .active)
                ]),

            "011c0c666f6c6465723a616c6963650e06666f6c646572062f636861747320030908070c666f6c6465723a616c696365"
                + "056c756e6368000000006b49d20002")
    }

    @Test func parkedMessages() throws {
        try check(
            ParkedMessages(entries: [
                .init(
                    kind: .commit, group: group, position: position, hash: [UInt8](repeating: 5, count: 32),
                    reason: "garbage", time: 1_800_000_001)
            ]),

            "01404f01030908071001010101010101010101010101010101000000000000000c200505050505050505050505050505"
                + "0505050505050505050505050505050505050767617262616765000000006b49d201")
    }

    @Test func identityPins() throws {
        try check(
            IdentityPins(pins: [.init(account: bob, key: [UInt8](repeating: 6, count: 32), seen: 1_800_000_002)]),

            "01340a666f6c6465723a626f622006060606060606060606060606060606060606060606060606060606060606060000"
                + "00006b49d202")
    }

    @Test func accountSecrets() throws {
        let pair = SignatureKeyPair(
            privateKey: SignaturePrivateKey(SecretBytes([UInt8](repeating: 1, count: 32))),
            publicKey: SignaturePublicKey([UInt8](repeating: 2, count: 32)))
        try check(
            AccountSecrets(keys: [.init(scheme: 0x0807, pair: pair)]),

            "014044080720010101010101010101010101010101010101010101010101010101010101010120020202020202020202"
                + "0202020202020202020202020202020202020202020202")
    }

    @Test func keyPackagePool() throws {
        try check(
            KeyPackagePool(entries: [
                .init(
                    ref: [UInt8](repeating: 1, count: 32), cipherSuite: 1, keyPackage: [2, 3], secrets: [4],
                    notAfter: 1_802_592_000, state: .published, kind: .ordinary)
            ]),

            "013220010101010101010101010101010101010101010101010101010101010101010100010202030104000000006b71"
                + "5f000201")
    }

    @Test func messageContent() throws {
        try check(MessageContent(text: "h\u{E9}llo"), "010668c3a96c6c6f")
    }

    @Test func derivedIdentifiers() throws {
        let secrets = DerivedSecrets(profileKey: try #require(ProfileKey(bytes: Array(0..<32))))
        let id = secrets.groupID(chat: "lunch", account: alice, number: 0)
        #expect(id.hex == "df9589a04522d7b4b899fb6defe1ff33c74570779375af25bfa11bea4700efdc")
        #expect(
            secrets.claimKey(group: id, epoch: 7, generation: 2, accounts: [carol, bob]).hex
                == "c54796237872a0f24cfcf593de34df9b75d15ab0f0360fa0e7c6e1b78b63c1ad")
        #expect(
            secrets.proposalKey(group: id, proposal: [1, 2, 3]).hex
                == "b1a9e71a9497f137509f84638003500ddc0ac7908934eee16d8dd16594455dfa")
    }

    @Test func waysInList() throws {
        let entry = WaysInList.Entry(
            storeSlot: try #require(SlotID(bytes: [UInt8](repeating: 1, count: 16))),
            profileSlot: try #require(SlotID(bytes: [UInt8](repeating: 2, count: 16))), name: "safe",
            added: 1_800_000_000)
        try check(
            WaysInList(entries: [entry]),
            "012d" + String(repeating: "01", count: 16) + String(repeating: "02", count: 16)
                + "0473616665" + "000000006b49d200")
    }

    @Test func deviceKeys() throws {
        func pair(_ byte: UInt8) throws -> DeviceKeys.Pair {
            let seed = [UInt8](repeating: byte, count: 32)
            return DeviceKeys.Pair(
                slotID: try #require(SlotID(bytes: [UInt8](repeating: byte, count: 16))),
                slotKey: try SlotKeyPair(secret: try #require(Secret(bytes: seed))),
                loginKey: try LoginKey(seed: try #require(Secret(bytes: seed))))
        }
        let publicKey = try #require(StorePublicKey(bytes: [UInt8](repeating: 9, count: 32)))
        let keys = DeviceKeys(storePublicKey: publicKey, store: try pair(1), profile: try pair(2))
        let hex =
            "01" + String(repeating: "09", count: 32) + String(repeating: "01", count: 80)
            + String(repeating: "02", count: 80)
        #expect(keys.encoded.hex == hex)
        let decoded = try DeviceKeys(decoding: try #require([UInt8](hex: hex)))
        #expect(decoded.store == keys.store)
        #expect(decoded.profile == keys.profile)
        #expect(throws: CodecError.self) { try DeviceKeys(decoding: try #require([UInt8](hex: hex)) + [0]) }
        #expect(throws: CodecError(.invalidValue)) {
            try DeviceKeys(decoding: [2] + (try #require([UInt8](hex: hex))).dropFirst())
        }
    }
}
