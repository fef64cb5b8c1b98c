import HummingbirdCore
import Logging
import NIOCore

/// HTTP/1.1 with some requests answered on the way in (`DirectRequestHandler`).
struct DirectChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    let responder: DirectResponder
    let base: HTTP1Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let count = try pipeline.handler(type: HTTPConnectionStateHandler.self)
            try pipeline.addHandler(DirectRequestHandler(responder), position: .after(count))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
