package import CloudMLSAPI
package import HTTPTypes
package import Hummingbird

/// A parameter of a request as it came. What a route takes is read from it, or an error says what the route takes.
package struct RequestParameter: Sendable {
    package enum Place: String, Sendable {
        case path
        case query
        case header
    }

    private let name: String
    private let place: Place
    /// As it came; that of the query without percent-encoding.
    package let text: String

    package init(_ name: String, in place: Place, text: some StringProtocol) {
        self.name = name
        self.place = place
        self.text = String(text)
    }

    /// A byte string in lower-case hexadecimal.
    /// - Parameter code: of the error; `not_found` where a path of another form can be the name of nothing.
    package func bytes(count: ClosedRange<Int>, else code: ErrorCode = .badRequest) throws(APIError) -> [UInt8] {
        guard let bytes = [UInt8](hex: text), count.contains(bytes.count) else {
            let digits = count.lowerBound == count.upperBound ? "\(2 * count.lowerBound) digits" : "digits"
            throw refusal("\(digits) of lower-case hexadecimal", code)
        }
        return bytes
    }

    /// A number in decimal digits, and nothing else.
    package func number() throws(APIError) -> UInt64 {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = UInt64(text) else {
            throw refusal("a number")
        }
        return value
    }

    /// The error for whatever the parameter cannot be.
    /// - Parameter what: what the route takes, as in "a number".
    package func refusal(_ what: String, _ code: ErrorCode = .badRequest) -> APIError {
        APIError(code, "\"\(name)\" in the \(place.rawValue) takes \(what).")
    }
}

extension RequestContext {
    /// A parameter of the route's path, such as `id` in `/v1/slots/:id`.
    ///
    /// The router has matched that path, and so has a text for each parameter in it, whatever the client sent: only a name
    /// that the program misspells can be absent.
    package func path(_ name: String) -> RequestParameter {
        guard let text = parameters.get(name) else { preconditionFailure("the route's path has no parameter \(name)") }
        return RequestParameter(name, in: .path, text: text)
    }
}

extension Request {
    /// A parameter of the query; nil where it is not there.
    package func query(_ name: String) -> RequestParameter? {
        uri.queryParameters[name[...]].map { RequestParameter(name, in: .query, text: $0) }
    }

    /// A parameter of the query that the route demands.
    package func query(demanding name: String) throws(APIError) -> RequestParameter {
        guard let parameter = query(name) else { throw Self.missing(name, .query) }
        return parameter
    }

    /// A header field that the route demands.
    package func header(demanding name: HTTPField.Name) throws(APIError) -> RequestParameter {
        guard let text = headers[name] else { throw Self.missing(name.rawName, .header) }
        return RequestParameter(name.rawName, in: .header, text: text)
    }

    /// How many entries a page has at most: `limit` in the query, from 1 on; more than `maximum` is `maximum`.
    package func pageLimit(maximum: Int, fallback: Int) throws(APIError) -> Int {
        guard let parameter = query("limit") else { return fallback }
        let limit = try parameter.number()
        guard limit >= 1 else { throw parameter.refusal("a number from 1 on") }
        return Int(min(limit, UInt64(maximum)))
    }

    private static func missing(_ name: String, _ place: RequestParameter.Place) -> APIError {
        APIError(.badRequest, "The route takes \"\(name)\" in the \(place.rawValue).")
    }
}
