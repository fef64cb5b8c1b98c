import NIOCore
import NIOHTTPTypes

/// Counts a connection for as long as it is open.
final class ConnectionCountHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart

    private let metrics: ServerMetrics
    private var isCounted = false

    init(metrics: ServerMetrics) { self.metrics = metrics }

    func handlerAdded(context: ChannelHandlerContext) {
        isCounted = true
        metrics.connectionOpened()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if isCounted { metrics.connectionClosed() }
        isCounted = false
    }
}
