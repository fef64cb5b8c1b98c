import Hummingbird

/// From which network a request comes, for rate limits.
struct ClientNetwork: Hashable, Sendable {
    private let bytes: [UInt8]

    /// - Parameter behindProxy: whether `X-Forwarded-For` can be believed; its last entry is the one that the proxy in
    ///   front added, the ones before it are whatever the client claimed.
    init(request: Request, context: OpenContext, behindProxy: Bool) {
        let forwarded = behindProxy ? request.headers[values: .forwardedFor].last : nil
        let last = forwarded?.split(separator: ",").last.map { $0.filter { $0 != " " } }
        let text = last ?? context.peer?.ipAddress ?? ""
        bytes = IPAddress(text)?.network ?? []
    }
}
