import CloudMLSAPI
import Foundation
import KeyHierarchy

/// One kind of request, as bytes on a connection.
struct BenchRequests: Sendable {
    /// Sends one and checks its answer.
    let perform: @Sendable (BenchConnection) throws -> Void

    static let body = [UInt8](repeating: 0x2a, count: 1_024)

    /// New objects of 1 KiB.
    static func writes(_ user: BenchUser) -> BenchRequests {
        let tail = HTTPText.tail(["If-None-Match: *", user.authorization], body: body)
        return BenchRequests { connection in
            let name = LoginNonce.random().bytes.hex
            try check(connection.exchange(Array("PUT /v1/objects/\(name) HTTP/1.1\r\n".utf8) + tail))
        }
    }

    static func reads(_ user: BenchUser, names: [[UInt8]]) -> BenchRequests {
        let tail = HTTPText.tail([user.authorization])
        let requests = names.map { Array("GET /v1/objects/\($0.hex) HTTP/1.1\r\n".utf8) + tail }
        return BenchRequests { connection in
            guard let request = requests.randomElement() else { return }
            try check(connection.exchange(request))
        }
    }

    /// Some objects in one request, as the client reads: five are about what a group's state takes.
    static func reads(of count: Int, _ user: BenchUser, names: [[UInt8]]) -> BenchRequests {
        let requests = names.indices.map { index in
            let wanted = (0..<count).map { "\"\(base64(names[(index + $0) % names.count]))\"" }
            return post(
                "/v1/objects/read", user, json: #"{"names":["# + wanted.joined(separator: ",") + "]}")
        }
        return BenchRequests { connection in
            guard let request = requests.randomElement() else { return }
            try check(connection.exchange(request))
        }
    }

    /// New objects of 1 KiB, some in one request, as the client writes.
    static func batches(of count: Int, _ user: BenchUser) -> BenchRequests {
        let content = base64(body)
        return BenchRequests { connection in
            let operations = (0..<count).map { _ in
                #"{"name":"\#(base64(LoginNonce.random().bytes))","ifRevision":0,"body":"\#(content)"}"#
            }
            let json = #"{"operations":["# + operations.joined(separator: ",") + "]}"
            try check(connection.exchange(post("/v1/objects/batch", user, json: json)))
        }
    }

    private static func post(_ path: String, _ user: BenchUser, json: String) -> [UInt8] {
        Array("POST \(path) HTTP/1.1\r\n".utf8)
            + HTTPText.tail(["Content-Type: application/json", user.authorization], body: Array(json.utf8))
    }

    private static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    static func changes(_ user: BenchUser) -> BenchRequests {
        let tail = HTTPText.tail([user.authorization])
        return BenchRequests { connection in
            let after = Int.random(in: 0..<900)
            try check(
                connection.exchange(Array("GET /v1/changes?after=\(after)&limit=100 HTTP/1.1\r\n".utf8) + tail))
        }
    }

    /// Pre-login and login, with all signatures; not the password's KDF, which is the client's work.
    static func signIns(_ user: BenchUser) -> BenchRequests {
        BenchRequests { connection in _ = try user.signIn(on: connection) }
    }

    private static func check(_ answer: BenchConnection.Answer) throws {
        guard answer.status == 200 else {
            throw BenchConnection.Failed(
                description: "\(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
        }
    }
}

/// The parts of a request that do not change.
enum HTTPText {
    /// Everything behind the request line.
    static func tail(_ fields: [String], body: [UInt8]? = nil) -> [UInt8] {
        var lines = ["Host: bench"] + fields
        if let body { lines.append("Content-Length: \(body.count)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (body ?? [])
    }
}
