import Hummingbird
import NIOCore
import ServerKit

/// `GET /openapi.json`: all routes, for programs.
struct OpenAPIRoutes: Sendable {
    func add(to routes: some RouterMethods<OpenContext>) {
        routes.get("/openapi.json", use: document)
    }

    /// Answers `OpenAPIDocument`. It is made anew each time: that is rarer than memory is dear.
    @Sendable private func document(_ request: Request, context: OpenContext) throws -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try OpenAPIDocument.bytes())))
    }
}
