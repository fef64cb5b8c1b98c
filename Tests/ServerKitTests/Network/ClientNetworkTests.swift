import KeyHierarchy
import ServerKit
import Testing

/// Whose word is taken for where a request comes from.
@Suite struct ClientNetworkTests {
    private static let proxies = ["127.0.0.1", "10.0.0.0/8", "fd00::/9"].compactMap(AddressRange.init)

    private func network(_ peer: String, _ forwarded: [String] = []) -> ClientNetwork {
        ClientNetwork(peer: IPAddress(peer), forwardedFor: forwarded, trustedProxies: Self.proxies)
    }

    @Test(arguments: [
        // A stranger's word is not taken.
        ("203.0.113.5", ["198.51.100.7"], "203.0.113.5"),
        // The proxy's is, but not what the caller told the proxy.
        ("127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["192.0.2.1, 198.51.100.7"], "198.51.100.7"),
        // Nor where another field says it.
        ("127.0.0.1", ["192.0.2.1", "198.51.100.7"], "198.51.100.7"),
        // Through several, as far as each is known.
        ("127.0.0.1", ["192.0.2.1, 198.51.100.7, 10.1.2.3"], "198.51.100.7"),
        ("127.0.0.1", ["198.51.100.7, 10.1.2.3, 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["10.1.2.3"], "10.1.2.3"),
        // What is no address ends the walk.
        ("127.0.0.1", ["198.51.100.7, unknown"], "127.0.0.1"), ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("::ffff:127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("fd12::1", ["2001:db8::1"], "2001:db8::1"), ("fd80::1", ["2001:db8::1"], "fd80::1"),
    ])
    func walksOverTrustedProxies(peer: String, forwarded: [String], client: String) {
        #expect(network(peer, forwarded) == network(client))
    }

    @Test func anIPv6CustomerIsOneNetwork() {
        #expect(network("2001:db8:1:2::3") == network("2001:db8:1:2:ffff::9"))
        #expect(network("2001:db8:1:2::3") != network("2001:db8:1:3::3"))
        #expect(network("203.0.113.5") != network("203.0.113.6"))
    }

    @Test(arguments: ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0/8", "::/129", "a"])
    func whatIsNoRange(text: String) { #expect(AddressRange(text) == nil) }

    @Test(arguments: [
        ("10.128.0.0/9", "10.200.1.1", true), ("10.128.0.0/9", "10.127.255.255", false), ("0.0.0.0/0", "8.8.8.8", true),
        ("0.0.0.0/0", "::1", false), ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false),
        ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
    ])
    func aRangeHoldsWhatBeginsAlike(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(try #require(IPAddress(address))) == isInside)
    }
}
