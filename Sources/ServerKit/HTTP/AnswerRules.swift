import CloudMLSAPI
import HTTPTypes
import Hummingbird
import KeyHierarchy
import Logging

/// What holds for every answer, on whichever way a request got it: its header fields, the one shape of errors, and a line
/// in the log, which names the route but not what was asked for in it.
struct AnswerRules: Sendable {
    private let fields: HTTPFields
    private let metrics: ServerMetrics

    /// - Parameter incarnation: in hexadecimal digits.
    init(role: ServerRole, incarnation: String, metrics: ServerMetrics) {
        fields = [.incarnation: incarnation, .protocolTag: role.protocolTag, .cacheControl: "no-store"]
        self.metrics = metrics
    }

    /// What the client is told where a route throws.
    func error(for error: any Error, logger: Logger) -> APIError {
        switch error {
        case let error as APIError:
            return error
        case let error as HTTPError:
            return Self.apiError(for: error.status)
        case is CancellationError:
            return APIError(.unavailable, "The server is shutting down.")
        default:
            logger.error("request failed", metadata: ["reason": "\(error)"])
            return APIError(.internalError, "The server could not do this; its log has the reason.")
        }
    }

    /// Adds the fields that all answers have, and counts the request.
    /// - Parameter route: as it was declared, without what stands for its parameters; nil where there is no such route.
    func complete(
        _ headers: inout HTTPFields, status: HTTPResponse.Status, method: HTTPRequest.Method, route: String?,
        since start: ContinuousClock.Instant, logger: Logger
    ) {
        headers.append(contentsOf: fields)
        let elapsed = ContinuousClock.now - start
        metrics.requestEnded(
            method: method.rawValue, route: route, status: status.code, seconds: elapsed / .seconds(1))
        logger.info(
            "\(method.rawValue) \(route ?? "-") \(status.code)",
            metadata: ["ms": "\(elapsed / .milliseconds(1))"])
    }

    private static func apiError(for status: HTTPResponse.Status) -> APIError {
        switch status {
        case .notFound: APIError(.notFound, "There is no such route.")
        case .contentTooLarge: APIError(.tooLarge, "The body is larger than this route takes.")
        default: APIError(.badRequest, "The request is not what this route takes.")
        }
    }
}
