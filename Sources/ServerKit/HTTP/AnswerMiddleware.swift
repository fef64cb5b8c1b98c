import CloudMLSAPI
import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1

/// The outermost middleware: gives every answer its header fields, every error the one shape, and every request a line
/// in the log, which names the route but not what was asked for in it.
struct AnswerMiddleware: RouterMiddleware {
    let role: ServiceRole
    /// In hexadecimal digits.
    let incarnation: String
    let metrics: ServerMetrics

    func handle(
        _ request: Request, context: OpenContext, next: (Request, OpenContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPParserError {
            throw error
        } catch let error as APIError {
            response = error.response()
        } catch let error as HTTPError {
            response = Self.apiError(for: error.status).response()
        } catch is CancellationError {
            response = APIError(.unavailable, "The server is shutting down.").response()
        } catch {
            context.logger.error("request failed", metadata: ["reason": "\(error)"])
            response = APIError(.internalError, "The server could not do this; its log has the reason.").response()
        }
        response.headers[.incarnation] = incarnation
        response.headers[.protocolTag] = role.protocolTag
        response.headers[.cacheControl] = "no-store"
        let elapsed = ContinuousClock.now - start
        metrics.requestEnded(
            method: request.method.rawValue, route: context.endpointPath, status: response.status.code,
            seconds: elapsed / .seconds(1))
        context.logger.info(
            "\(request.method.rawValue) \(context.endpointPath ?? "-") \(response.status.code)",
            metadata: ["ms": "\(elapsed / .milliseconds(1))"])
        return response
    }

    private static func apiError(for status: HTTPResponse.Status) -> APIError {
        switch status {
        case .notFound: APIError(.notFound, "There is no such route.")
        case .contentTooLarge: APIError(.tooLarge, "The body is larger than this route takes.")
        default: APIError(.badRequest, "The request is not what this route takes.")
        }
    }
}
