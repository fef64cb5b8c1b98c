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

    init(status: String = "200 OK", headers: [String: String], body: String) throws {
        let (listener, port) = try LoopbackSocket.listen()
        self.listener = listener
        self.port = port
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
