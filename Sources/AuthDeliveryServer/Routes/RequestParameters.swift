import CloudMLSAPI
import HTTPTypes
import Hummingbird
import ServerKit

extension SessionContext {
    /// A byte string in the path, in lower-case hexadecimal; 404 where it cannot be the name of anything.
    func bytes(_ parameter: String, count: ClosedRange<Int>) throws(APIError) -> [UInt8] {
        guard let text = parameters.get(parameter), let bytes = [UInt8](hex: text), count.contains(bytes.count) else {
            throw APIError(.notFound, "The path names nothing: a name is in lower-case hexadecimal.")
        }
        return bytes
    }
}

extension Request {
    /// A number in the query, or `fallback` where it is not there; `bad_request` for anything but digits.
    func number(_ name: Substring, or fallback: UInt64) throws(APIError) -> UInt64 {
        guard let text = uri.queryParameters[name] else { return fallback }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = UInt64(text) else {
            throw APIError(.badRequest, "\(name) in the query takes a number.")
        }
        return value
    }

    /// How many entries a page has at most: `limit` in the query, from 1 to `maximum`.
    func pageLimit(maximum: Int, fallback: Int) throws(APIError) -> Int {
        let limit = try number("limit", or: UInt64(fallback))
        guard limit >= 1 else { throw APIError(.badRequest, "limit in the query is 1 at least.") }
        return Int(min(limit, UInt64(maximum)))
    }

    /// `after` in the query as a byte string in hexadecimal; empty where it is not there.
    func bytesAfter() throws(APIError) -> [UInt8] {
        guard let text = uri.queryParameters["after"] else { return [] }
        guard let bytes = [UInt8](hex: text), bytes.count <= 64 else {
            throw APIError(.badRequest, "after in the query takes lower-case hexadecimal.")
        }
        return bytes
    }

    /// The idempotency key that the route demands.
    func idempotencyKey() throws(APIError) -> [UInt8] {
        guard let text = headers[.idempotencyKey], let key = [UInt8](hex: text), (16...64).contains(key.count) else {
            throw APIError(.badRequest, "The route takes Idempotency-Key with 16 to 64 bytes in hexadecimal.")
        }
        return key
    }
}
