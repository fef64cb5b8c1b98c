import HTTPTypes
import NIOCore

/// A request that is answered directly, from its head on.
final class DirectCall {
    let route: DirectRoute
    let head: HTTPRequest
    let start = ContinuousClock.now
    private let parameter: String
    private let session: Session
    private var body = ByteBuffer()

    init(route: DirectRoute, parameter: String, head: HTTPRequest, session: Session) {
        self.route = route
        self.parameter = parameter
        self.head = head
        self.session = session
    }

    /// Takes a part of the body: altogether as much as the head has announced, which the decoder sees to.
    func append(_ bytes: ByteBuffer) {
        if body.readableBytes == 0 { body = bytes } else { body.writeImmutableBuffer(bytes) }
    }

    /// The request, once its body is there.
    var request: DirectRequest {
        DirectRequest(parameter: parameter, headers: head.headerFields, body: body, session: session)
    }
}
