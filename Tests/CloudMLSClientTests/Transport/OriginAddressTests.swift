import CloudMLSClient
import KeyHierarchy
import Testing

@Suite struct OriginAddressTests {
    @Test(arguments: [
        ("ad.example.org", "https://ad.example.org:7465"), ("ad.example.org:99", "https://ad.example.org:99"),
        ("https://ad.example.org", "https://ad.example.org"), (" HTTPS://Ad.Example.org/ ", "https://ad.example.org"),
        ("localhost", "http://localhost:7465"), ("127.0.0.1:1", "http://127.0.0.1:1"),
        ("[::1]", "http://[::1]:7465"), ("[::1]:8", "http://[::1]:8"), ("[2001:db8::1]", "https://[2001:db8::1]:7465"),
        ("http://127.0.0.1:7465", "http://127.0.0.1:7465"),
    ])
    func readsWhatPeopleType(text: String, origin: String) throws {
        #expect(try Origin(address: text, defaultPort: 7465).rawValue == origin)
    }

    @Test(arguments: ["", "a b", "https://", "host/path", "host:0", "host:99999", "ftp://host", "[::1"])
    func refusesWhatIsNoAddress(text: String) {
        let error = #expect(throws: ClientError.self) { try Origin(address: text, defaultPort: 7465) }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: ["http://ad.example.org", "http://127.0.0.1.example.org", "http://10.0.0.1"])
    func refusesPlainHTTPToOtherMachines(text: String) throws {
        let error = #expect(throws: ClientError.self) { try Origin(address: text, defaultPort: 7465) }
        #expect(error?.code == .insecureAddress)
        _ = try Origin(address: text, defaultPort: 7465, allowingPlaintext: true)
    }

    @Test func saysThatNobodyAnswers() async throws {
        // Port 1 of this machine: nobody listens there without being asked to.
        let transport = NetworkTransport(origin: try Origin(typed: "http://127.0.0.1:1"), certificatePin: nil)
        let error = await #expect(throws: ClientError.self) {
            try await transport.exchange(HTTPExchangeRequest(.get, "/v1/server"))
        }
        #expect(error?.code == .notReachable)
    }
}
