import HTTPTypes
import Hummingbird
package import KeyHierarchy

/// From which network a request comes, for login limits: an IPv4 address, or the /64 of an IPv6 address, which is what
/// one customer of a provider holds.
package struct ClientNetwork: Hashable, Sendable {
    let bytes: [UInt8]

    /// - Parameters:
    ///   - peer: the other end of the connection; nil where it has no IP address.
    ///   - forwardedFor: the values of `X-Forwarded-For`, in order. Every proxy adds the address that it was called from
    ///     at the end, behind whatever the caller claimed.
    ///   - trustedProxies: whose word is taken for that.
    package init(peer: IPAddress?, forwardedFor: [String], trustedProxies: [AddressRange]) {
        var address = peer
        var entries = forwardedFor.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        // From the nearest proxy outwards, as far as each one called is itself to be believed.
        while let current = address, trustedProxies.contains(where: { $0.contains(current) }),
            let entry = entries.popLast()
        {
            guard let next = IPAddress(entry.filter { $0 != " " && $0 != "\t" }) else { break }
            address = next
        }
        bytes = address.map { $0.bytes.count == 4 ? $0.bytes : Array($0.bytes[..<8]) } ?? []
    }

    init(request: Request, context: OpenContext, trustedProxies: [AddressRange]) {
        self.init(
            peer: context.peer?.ipAddress.flatMap { IPAddress($0) },
            forwardedFor: request.headers[values: .forwardedFor], trustedProxies: trustedProxies)
    }
}
