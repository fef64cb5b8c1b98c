import NIOCore
import NIOHTTPTypes

/// Closes connections on which a request does not get on: one byte now and then would hold a connection for ever, and
/// there are only so many.
///
/// A new connection has a while until the end of its first request's head. From the end of its head a request has
/// `grace` to reach its own end, and more for every byte that arrives. Once it was answered before its end, as a body
/// that is too large is, what is left of it is read for `drain` and no longer.
final class RequestPaceHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Slower than any line that one would run a client over.
    private static let bytesPerSecond = 8_192
    private static let drain = TimeAmount.seconds(5)

    private let firstRequest: TimeAmount
    private let grace: TimeAmount
    private var deadline = NIODeadline.distantFuture
    private var isReceiving = false
    /// The next look at the deadline. It outlives the request that it was made for and serves those that follow, so that
    /// not every request makes and cancels one.
    private var look: (timer: Scheduled<Void>, due: NIODeadline)?

    init(firstRequest: TimeAmount, grace: TimeAmount) {
        self.firstRequest = firstRequest
        self.grace = grace
    }

    func handlerAdded(context: ChannelHandlerContext) {
        isReceiving = true
        expect(by: .now() + firstRequest, context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isReceiving = true
            expect(by: .now() + grace, context)
        case .body(let bytes):
            deadline =
                deadline + .microseconds(Int64(bytes.readableBytes) * 1_000_000 / Int64(Self.bytesPerSecond))
        case .end:
            isReceiving = false
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isReceiving, case .end = unwrapOutboundIn(data) {
            expect(by: min(deadline, .now() + Self.drain), context)
        }
        context.write(data, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        look?.timer.cancel()
        look = nil
    }

    private func expect(by deadline: NIODeadline, _ context: ChannelHandlerContext) {
        self.deadline = deadline
        // One that comes too early looks again.
        if let look, look.due <= deadline { return }
        watch(context)
    }

    private func watch(_ context: ChannelHandlerContext) {
        look?.timer.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let timer = context.eventLoop.scheduleTask(deadline: deadline) {
            let (handler, context) = bound.value
            handler.check(context)
        }
        look = (timer, deadline)
    }

    private func check(_ context: ChannelHandlerContext) {
        look = nil
        guard isReceiving else { return }
        if NIODeadline.now() >= deadline {
            context.close(promise: nil)
        } else {
            watch(context)
        }
    }
}
