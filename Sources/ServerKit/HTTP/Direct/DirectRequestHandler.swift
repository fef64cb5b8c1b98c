import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers requests for direct routes (`DirectRoute`), and hands on all others.
///
/// It stands behind the handler that keeps count of what is under way (`HTTPConnectionStateHandler`), so that a connection
/// is neither idle nor closed by a server that stops while it answers. What arrives meanwhile waits: later requests, since
/// answers go out in the order of their requests (RFC 9112 §9.3.2), and the end of the input or an error in it, after which
/// the others would close the connection. A request is answered here only while no other one is on its way further in, and
/// while the client takes its answers: where it does not, they would pile up, and what stands further in waits for it.
final class DirectRequestHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum State {
        /// Requests that were handed on have no answer yet, or the last of them is still arriving.
        case passing(unanswered: Int, isArriving: Bool)
        case collecting(DirectCall)
        case answering
        case closed

        static var ready: State { .passing(unanswered: 0, isArriving: false) }
    }

    /// What came in while an answer was awaited.
    private enum Waiting {
        case part(HTTPRequestPart)
        case error(any Error)
    }

    private let responder: DirectResponder
    private var state = State.ready
    /// What is being answered, also after the connection was closed.
    private var answered: DirectCall?
    private var waiting: [Waiting] = []
    /// Whether a request was handed on that may be the last one of its connection (RFC 9112 §9.6): what comes behind it
    /// is not looked at here.
    private var isEnding = false
    private var isCatchingUp = false
    private var isReadHeld = false
    /// Answers that the socket has not taken yet.
    private var unsent = 0
    private var isInputClosed = false

    init(_ responder: DirectResponder) { self.responder = responder }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .answering = state {
            waiting.append(.part(unwrapInboundIn(data)))
        } else {
            receive(unwrapInboundIn(data), context)
        }
    }

    /// One that sends much more than it waits for is not read further.
    func read(context: ChannelHandlerContext) {
        if case .answering = state, !waiting.isEmpty {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .passing(let unanswered, let isArriving) = state, case .end = unwrapOutboundIn(data) {
            // What is no request gets an answer too.
            state = .passing(unanswered: max(0, unanswered - 1), isArriving: isArriving)
        }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            isInputClosed = true
            passInputClosed(context)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// Whoever hears that nothing more will come closes the connection: not before all answers are out.
    private func passInputClosed(_ context: ChannelHandlerContext) {
        guard isInputClosed, unsent == 0, waiting.isEmpty else { return }
        if case .answering = state { return }
        isInputClosed = false
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .answering = state {
            waiting.append(.error(error))
        } else {
            context.fireErrorCaught(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        close()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { close() }

    private func close() {
        state = .closed
        waiting = []
    }

    private func receive(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch (state, part) {
        case (.passing(unanswered: 0, isArriving: false), .head(let head)):
            if !isEnding, context.channel.isWritable, let call = responder.call(for: head) {
                state = .collecting(call)
                return
            }
            isEnding = isEnding || head.headerFields[.connection] != nil
            state = .passing(unanswered: 1, isArriving: true)
        case (.passing(let unanswered, _), .head(let head)):
            isEnding = isEnding || head.headerFields[.connection] != nil
            state = .passing(unanswered: unanswered + 1, isArriving: true)
        case (.passing(let unanswered, _), .end):
            state = .passing(unanswered: unanswered, isArriving: false)
        case (.collecting(let call), .body(let bytes)):
            call.append(bytes)
            return
        case (.collecting(let call), .end):
            answer(call, context)
            return
        default:
            break
        }
        context.fireChannelRead(wrapInboundOut(part))
    }

    private func answer(_ call: DirectCall, _ context: ChannelHandlerContext) {
        state = .answering
        answered = call
        let (eventLoop, bound) = (context.eventLoop, NIOLoopBound((self, context), eventLoop: context.eventLoop))
        call.route.answer(call.request) { answer in
            if eventLoop.inEventLoop {
                bound.value.0.respond(answer, bound.value.1)
            } else {
                eventLoop.execute { bound.value.0.respond(answer, bound.value.1) }
            }
        }
    }

    private func respond(_ answer: () throws -> Answer, _ context: ChannelHandlerContext) {
        guard let call = answered else { return }
        answered = nil
        // What was done counts, also where nobody is left to hear of it.
        let (head, body) = responder.complete(answer, to: call)
        guard case .answering = state else { return }
        state = .ready
        unsent += 1
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if body.readableBytes > 0 { context.write(wrapOutboundOut(.body(body)), promise: nil) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            bound.value.0.unsent -= 1
            bound.value.0.passInputClosed(bound.value.1)
        }
        catchUp(context)
    }

    /// Takes what has waited, until the next answer is awaited.
    private func catchUp(_ context: ChannelHandlerContext) {
        // An answer that is there at once comes back here: the loop that called for it goes on.
        guard !isCatchingUp, !waiting.isEmpty || isReadHeld else { return }
        isCatchingUp = true
        defer { isCatchingUp = false }
        var taken = 0
        var isPassedOn = false
        while taken < waiting.count {
            if case .answering = state { break }
            let next = waiting[taken]
            taken += 1
            switch next {
            case .part(let part):
                receive(part, context)
            case .error(let error):
                context.fireErrorCaught(error)
            }
            isPassedOn = true
        }
        waiting.removeFirst(min(taken, waiting.count))
        if isPassedOn { context.fireChannelReadComplete() }
        if waiting.isEmpty, isReadHeld {
            isReadHeld = false
            context.read()
        }
        passInputClosed(context)
    }
}

@available(*, unavailable)
extension DirectRequestHandler: Sendable {}
