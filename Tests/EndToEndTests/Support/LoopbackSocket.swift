import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Plain sockets on 127.0.0.1, for servers that only tests have.
enum LoopbackSocket {
    struct Failed: Error {
        var reason: Int32
    }

    /// A listening socket on a free port.
    static func listen() throws -> (socket: Int32, port: UInt16) {
        let listener = socket(AF_INET, stream, 0)
        guard listener >= 0 else { throw Failed(reason: errno) }
        var address = loopback(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && Glibc.listen(listener, 64) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        guard bound else {
            close(listener)
            throw Failed(reason: errno)
        }
        return (listener, UInt16(bigEndian: address.sin_port))
    }

    /// A connection; nil where nobody listens.
    static func connect(_ port: UInt16) -> Int32? {
        let connection = socket(AF_INET, stream, 0)
        guard connection >= 0 else { return nil }
        var address = loopback(port: port)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                Glibc.connect(connection, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard connected else {
            close(connection)
            return nil
        }
        return connection
    }

    static func sendAll(_ bytes: ArraySlice<UInt8>, to socket: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static var stream: Int32 { Int32(SOCK_STREAM.rawValue) }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
