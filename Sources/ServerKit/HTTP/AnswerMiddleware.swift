import Hummingbird
import NIOHTTP1

/// The outermost middleware: lets the routes of the router answer as all answers are (`AnswerRules`).
struct AnswerMiddleware: RouterMiddleware {
    let rules: AnswerRules

    func handle(
        _ request: Request, context: OpenContext, next: (Request, OpenContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPParserError {
            throw error
        } catch {
            response = rules.error(for: error, logger: context.logger).answer.response
        }
        rules.complete(
            &response.headers, status: response.status, method: request.method, route: context.endpointPath,
            since: start, logger: context.logger)
        return response
    }
}
