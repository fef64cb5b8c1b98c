import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Where a server listens, without TLS.
struct ServerAddress: Sendable {
    struct NotUsable: Error, CustomStringConvertible {
        var text: String
        var description: String { "\(text) is not an address such as http://127.0.0.1:7464" }
    }

    var host: String
    var port: Int

    init(_ text: String) throws {
        guard let url = URL(string: text), url.scheme == "http", let host = url.host, let port = url.port else {
            throw NotUsable(text: text)
        }
        self.host = host
        self.port = port
    }

    var origin: String { "http://\(host):\(port)" }
}

/// One connection that sends a request and waits for its answer, again and again. It does as little as can be done, so
/// that what is measured is the server.
final class BenchConnection {
    struct Failed: Error, CustomStringConvertible {
        var description: String
    }

    struct Answer {
        var status: Int
        var body: ArraySlice<UInt8>
    }

    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    init(_ address: ServerAddress) throws {
        var hints = addrinfo()
        #if canImport(Darwin)
            hints.ai_socktype = SOCK_STREAM
        #else
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, String(address.port), &hints, &found) == 0, let first = found else {
            throw Failed(description: "there is no host \(address.host)")
        }
        defer { freeaddrinfo(first) }
        let descriptor = socket(first.pointee.ai_family, first.pointee.ai_socktype, 0)
        guard descriptor >= 0, connect(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else {
            if descriptor >= 0 { close(descriptor) }
            throw Failed(description: "cannot connect to \(address.origin): \(String(cString: strerror(errno)))")
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func exchange(_ request: [UInt8]) throws -> Answer {
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes { bytes in
                write(descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
            }
            guard count > 0 else { throw Failed(description: "the server closed the connection") }
            sent += count
        }
        return try receive()
    }

    private func receive() throws -> Answer {
        var filled = 0
        var expected: (head: Int, all: Int)?
        while true {
            if filled == buffer.count { buffer += [UInt8](repeating: 0, count: buffer.count) }
            let count = buffer.withUnsafeMutableBytes { bytes in
                read(descriptor, bytes.baseAddress?.advanced(by: filled), bytes.count - filled)
            }
            guard count > 0 else { throw Failed(description: "the server closed the connection") }
            filled += count
            if expected == nil, let head = endOfHead(filled) {
                expected = (head, head + (try contentLength(head)))
            }
            if let expected, filled >= expected.all {
                return Answer(status: status, body: buffer[expected.head..<expected.all])
            }
        }
    }

    private func endOfHead(_ filled: Int) -> Int? {
        var index = 3
        while index < filled {
            if buffer[index] == 10, buffer[index - 1] == 13, buffer[index - 2] == 10, buffer[index - 3] == 13 {
                return index + 1
            }
            index += 1
        }
        return nil
    }

    private func contentLength(_ head: Int) throws -> Int {
        var start = 0
        for end in 0..<head where buffer[end] == 10 {
            if let length = Self.contentLength(ofLine: buffer[start..<end]) { return length }
            start = end + 1
        }
        guard status == 204 else { throw Failed(description: "an answer does not say how long it is") }
        return 0
    }

    /// The number of a `Content-Length` line; nil for any other.
    private static func contentLength(ofLine line: ArraySlice<UInt8>) -> Int? {
        let name = "content-length:".utf8
        guard line.count > name.count, zip(line, name).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { return nil }
        return line.dropFirst(name.count).reduce(0) { number, byte in
            (48...57).contains(byte) ? number * 10 + Int(byte) - 48 : number
        }
    }

    /// `HTTP/1.1 200`: the digits of the status line.
    private var status: Int { buffer[9..<12].reduce(0) { $0 * 10 + Int($1) - 48 } }
}
