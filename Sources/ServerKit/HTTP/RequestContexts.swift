import CloudMLSAPI
package import Hummingbird
package import NIOCore

/// What is known about a request to a route that asks for no session.
package struct OpenContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The other end of the connection: a client, or a proxy in front.
    package let peer: SocketAddress?
    /// Set by `SessionMiddleware`.
    package var session: Session?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress
    }
}

/// What is known about a request that came with a good access token.
package struct SessionContext: ChildRequestContext {
    package var coreContext: CoreRequestContextStorage
    package let session: Session

    package init(context: OpenContext) throws {
        guard let session = context.session else { throw APIError.invalidToken }
        coreContext = context.coreContext
        self.session = session
    }

    /// The user whose session it is.
    package var userID: UserID { session.userID }
}
