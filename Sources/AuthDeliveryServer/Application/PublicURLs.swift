import KeyHierarchy
package import ServerKit

extension ServiceConfiguration {
    /// Sets the addresses under which clients reach the server, from what somebody typed.
    package mutating func setPublicURLs(_ texts: [String]) throws(StartupError) {
        publicURLs = try texts.map { text throws(StartupError) in
            guard let origin = try? Origin(typed: text) else {
                throw StartupError(.configuration, "--public-url takes an address such as https://ad.example.org.")
            }
            return origin
        }
    }
}
