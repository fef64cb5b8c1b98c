import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Answers every request on a port of its own with the same bytes, as a server of another version would.
final class CannedServer: Sendable {
    let port: UInt16
    private let listener: Int32

    struct Failed: Error {
        var reason: Int32
    }

    init(status: String = "200 OK", headers: [String: String], body: String) throws {
        #if canImport(Darwin)
            let stream = SOCK_STREAM
        #else
            let stream = Int32(SOCK_STREAM.rawValue)
        #endif
        let listener = socket(AF_INET, stream, 0)
        guard listener >= 0 else { throw Failed(reason: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        guard bound else {
            close(listener)
            throw Failed(reason: errno)
        }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        var lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)", "Connection: close"]
        lines += headers.map { "\($0.key): \($0.value)" }
        let answer = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                var buffer = [UInt8](repeating: 0, count: 64 << 10)
                _ = recv(connection, &buffer, buffer.count, 0)
                _ = send(connection, answer, answer.count, 0)
                close(connection)
            }
        }
    }

    deinit {
        // Wakes `accept`.
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// A port on which nobody listens: one that was free a moment ago.
    static func closedPort() throws -> UInt16 {
        let server = try CannedServer(headers: [:], body: "")
        return server.port
    }
}
