import AsyncHTTPClient
import Foundation
import Glibc
import KeyStoreServer
import NIOCore
import NIOHTTP1
import ServerKit
import Testing

/// A body that begins and does not go on must not hold a connection.
@Suite(.timeLimit(.minutes(1))) struct RequestPaceTests {
    @Test func aBodyThatDoesNotGoOnEndsTheConnection() async throws {
        let server = try await RunningKeyStore.start { $0.service.requestGrace = .milliseconds(300) }
        let (bytes, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        continuation.yield(ByteBuffer(string: "{"))
        var request = HTTPClientRequest(url: server.http.origin + "/v1/register")
        request.method = .POST
        request.body = .stream(bytes, length: .known(Int64(60_000)))
        let sent = request
        let error = await #expect(throws: HTTPClientError.self) {
            _ = try await HTTPClient.shared.execute(sent, timeout: .seconds(40))
        }
        #expect(error == .remoteConnectionClosed)
        await server.stop()
    }

    @Test func aBodyThatComesAtOnceIsTaken() async throws {
        let server = try await RunningKeyStore.start { $0.service.requestGrace = .milliseconds(300) }
        let user = try await server.firstUser()
        let body = [UInt8](repeating: 7, count: 2_000_000)
        let answer = try await user.http.send(
            .PUT, "/v1/objects/\(String(repeating: "ab", count: 32))", body: body, headers: ["If-None-Match": "*"])
        #expect(answer.status == 200)
        await server.stop()
    }

    @Test func whatIsLeftOfAnAnsweredRequestIsNotReadForEver() async throws {
        let server = try await RunningKeyStore.start()
        let port = try #require(URL(string: server.http.origin)?.port)
        let request = """
            POST /v1/objects/batch HTTP/1.1\r
            Host: 127.0.0.1\r
            Content-Length: 60000\r
            \r
            {
            """
        // The request is never finished and its grace is 90 s; the test's limit is 60.
        let answer = try await Self.everything(from: UInt16(port), after: request)
        #expect(answer.hasPrefix("HTTP/1.1 401 "))
        await server.stop()
    }

    /// What the server sends until it closes the connection.
    /// - Parameter hangingUp: whether nothing comes after the request.
    static func everything(
        from port: UInt16, after request: String, hangingUp: Bool = false
    ) async throws -> String {
        String(decoding: try await bytes(from: port, after: request, hangingUp: hangingUp).kept, as: UTF8.self)
    }

    /// What the server sends until it closes the connection, and how much that is.
    /// - Parameter isKept: whether it is worth the memory.
    static func bytes(
        from port: UInt16, after request: String, hangingUp: Bool = false, isKept: Bool = true
    ) async throws -> (kept: [UInt8], count: Int) {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                        let handle = FileHandle(fileDescriptor: socket, closeOnDealloc: true)
                        defer { withExtendedLifetime(handle) {} }
                        var address = sockaddr_in()
                        address.sin_family = sa_family_t(AF_INET)
                        address.sin_port = port.bigEndian
                        address.sin_addr.s_addr = inet_addr("127.0.0.1")
                        let connected = withUnsafeBytes(of: &address) { bytes in
                            bytes.withMemoryRebound(to: sockaddr.self) {
                                connect(socket, $0.baseAddress, socklen_t(bytes.count))
                            }
                        }
                        guard connected == 0 else { throw POSIXError(.ECONNREFUSED) }
                        let bytes = Array(request.utf8)
                        guard send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
                            throw POSIXError(.EPIPE)
                        }
                        if hangingUp { shutdown(socket, Int32(SHUT_WR)) }
                        // A server that closes with something unread resets the connection, after what it had to say.
                        var answer: (kept: [UInt8], count: Int) = ([], 0)
                        var buffer = [UInt8](repeating: 0, count: 64 << 10)
                        while case let count = recv(socket, &buffer, buffer.count, 0), count > 0 {
                            if isKept { answer.kept += buffer[..<count] }
                            answer.count += count
                        }
                        return answer
                    })
            }
        }
    }
}
