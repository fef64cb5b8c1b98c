import KeyHierarchy
import MLSCodec
import Testing

@Suite struct ValueTests {
    @Test(arguments: ["abc", "a.b_c-9", String(repeating: "z", count: 64)])
    func userNames(name: String) throws {
        #expect(UserName(rawValue: name)?.rawValue == name)
        #expect(try UserName(typed: name.uppercased()).rawValue == name)
    }

    @Test(arguments: ["", "ab", String(repeating: "z", count: 65), "a b c", "abc\n", "äbc", "a/bc", "ab\u{0}c"])
    func noUserNames(name: String) {
        #expect(UserName(rawValue: name) == nil)
        #expect(throws: KeyHierarchyError(.invalidUserName)) { try UserName(typed: name) }
    }

    @Test func capitalLettersAreNoUserName() {
        #expect(UserName(rawValue: "Alice") == nil)
        #expect(throws: CodecError(.invalidValue)) { try UserName(decoding: "Alice".encoded) }
    }

    @Test(arguments: [
        ("HTTPS://Keys.Example:443/", "https://keys.example"), ("http://keys.example:80", "http://keys.example"),
        ("http://127.0.0.1:7464", "http://127.0.0.1:7464"),
        ("https://[2001:DB8::1]:7465", "https://[2001:db8::1]:7465"),
        ("http://[::1]", "http://[::1]"),
    ])
    func origins(typed: String, normal: String) throws {
        let origin = try Origin(typed: typed)
        #expect(origin.rawValue == normal)
        #expect(Origin(rawValue: normal) == origin)
        #expect((Origin(rawValue: typed) == nil) == (typed != normal))
    }

    @Test(arguments: [
        "", "keys.example", "ftp://keys.example", "https://", "https://:7464", "https://keys.example/path",
        "https://user@keys.example", "https://keys.example?x", "https://keys.example:0", "https://keys.example:65536",
        "https://keys.example:+1", "https://keys.example:", "https://[::1", "https://[::g]", "https://[1::2::3]",
        "https://[1:2:3:4:5:6:7:8:9]", "https://[::1]x", "https://keys example", "https://kéys.example", "https:////",
    ])
    func noOrigins(text: String) {
        #expect(throws: KeyHierarchyError(.invalidOrigin)) { try Origin(typed: text) }
        #expect(Origin(rawValue: text) == nil)
    }

    @Test(arguments: [
        "http://localhost:7464", "http://a.localhost", "http://127.0.0.1", "http://127.255.1.2", "http://10.0.0.1",
        "http://172.16.0.1", "http://172.31.255.255", "http://192.168.1.2", "http://169.254.1.1", "http://[::1]",
        "http://[fd00::1]", "http://[fe80::1]", "http://[::ffff:10.0.0.1]",
    ])
    func localOrigins(text: String) throws {
        #expect(try Origin(typed: text).isLocal)
    }

    @Test(arguments: [
        "https://keys.example", "https://localhost.example", "https://8.8.8.8", "https://172.32.0.1",
        "https://172.15.0.1", "https://192.169.0.1", "https://127.0.0.1.example", "https://10.1", "https://010.0.0.1",
        "https://[2001:db8::1]", "https://[::ffff:8.8.8.8]", "https://[::]", "https://[fec0::1]", "https://0.0.0.0",
    ])
    func publicOrigins(text: String) throws {
        #expect(try !Origin(typed: text).isLocal)
    }

    @Test func hexadecimal() throws {
        let id = StoreID.random()
        #expect(StoreID(hex: id.hex) == id)
        #expect(id.hex.count == 32)
        #expect(StoreID(hex: String(repeating: "A", count: 32)) == nil)
        #expect(StoreID(hex: String(repeating: "a", count: 31)) == nil)
        #expect(StoreID(hex: String(repeating: "a", count: 34)) == nil)
        #expect(StoreID(bytes: [1]) == nil)
    }

    /// RFC 4648 §10, in the alphabet of §5 and without padding.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func base64url(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
    }

    @Test(arguments: ["Z", "Zh", "Zm9", "Zg==", "Zm9v Zm9v", "Zm+v", "Zm/v", "é"])
    func noBase64url(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func base64urlOfEveryByte() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        #expect(Base64URL.encode([0xfb, 0xff]) == "-_8")
    }

    @Test func revisionsDoNotOverflow() throws {
        let last = try #require(Revision(rawValue: Revision.maximum))
        #expect(last.next == last)
        #expect(Revision(rawValue: Revision.maximum + 1) == nil)
        #expect(Revision.none.next == .first)
        #expect(throws: CodecError(.invalidValue)) { try Revision(decoding: UInt64.max.encoded) }
    }

    @Test func secretsDoNotShow() throws {
        let key = try #require(DataKey(bytes: Array(repeating: 0x41, count: 32)))
        let signing = try StoreSigningKey(seed: #require(Secret(bytes: Array(repeating: 0x41, count: 32))))
        var dumped = ""
        dump(key, to: &dumped)
        dump(Secret<DataKeyKind>?.some(key), to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\(signing)", String(reflecting: signing)] {
            #expect(!text.contains("65") && !text.contains("41") && !text.contains("AAAA"))
        }
        #expect("\(key)" == "<data key>")
        #expect(key == DataKey(bytes: key.bytes))
        #expect(key != DataKey.random())
        #expect(DataKey(bytes: [1]) == nil)
    }
}
