import CloudMLSClient
import Foundation
import KeyHierarchy
import Testing

@Suite struct NetworkTransportTests {
    @Test(.timeLimit(.minutes(1)))
    func givesUpOnABodyThatDoesNotEnd() async throws {
        let server = try StallingServer()
        let transport = NetworkTransport(
            origin: try Origin(typed: "http://127.0.0.1:\(server.port)"), certificatePin: nil)
        var request = HTTPExchangeRequest(.get, "/v1/server")
        request.timeout = 1
        let error = await #expect(throws: ClientError.self) { try await transport.exchange(request) }
        #expect(error?.code == .notReachable)
    }
}

/// Answers its first connection with a head, and never with the body that the head promises.
private final class StallingServer: Sendable {
    let port: UInt16
    private let listener: Int32

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isBound)
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        Thread.detachNewThread {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            let head = Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".utf8)
            _ = write(connection, head, head.count)
            // Until the client closes.
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while read(connection, &buffer, buffer.count) > 0 {}
            close(connection)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}
