import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// TLS in front of another channel, with whichever certificate is current when a connection begins.
struct RenewableTLSChannel<Base: ServerChildChannel>: ServerChildChannel {
    typealias Value = Base.Value

    let certificate: ServerCertificate
    let base: Base

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificate.current.context))
        }.flatMap {
            base.setup(channel: channel, logger: logger)
        }
    }

    func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

extension HTTPServerBuilder {
    /// HTTP/1.1, over TLS where there is a certificate.
    static func http1(
        _ configuration: HTTP1Channel.Configuration, direct: DirectResponder, certificate: ServerCertificate?
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let http1 = HTTP1Channel(responder: responder, configuration: configuration)
            let base = OwnLoopChannel(base: DirectChannel(responder: direct, base: http1))
            guard let certificate else { return base }
            return RenewableTLSChannel(certificate: certificate, base: base)
        }
    }
}
