import CloudMLSAPI

/// Where requests go once a server's part for this user has moved to another one.
struct ServerSuccession {
    typealias Search = @Sendable (ClientError) async throws -> ServerConnection?

    /// How to find the successor.
    var search: Search?
    var found: ServerConnection?
    var searching: Task<ServerConnection?, any Error>?
}

extension ServerConnection {
    /// Sets how to find the server that takes this one's place; nil means that there is none.
    func whenMoved(_ search: @escaping ServerSuccession.Search) { succession.search = search }

    /// Lets another server take this one's place, and ends the session here. Its tokens are forgotten, not stored as
    /// forgotten: what is stored is the successor's by now.
    func hasMoved(to successor: ServerConnection) async {
        // After an earlier move the session to end is the one at its destination.
        if let found = succession.found { return await found.hasMoved(to: successor) }
        succession.found = successor
        _ = try? await sendHere(HTTPExchangeRequest(.post, "/v1/auth/logout"))
    }

    /// Sends a request with the session's token: here, or to the server that has taken this one's place.
    package func send(_ request: HTTPExchangeRequest) async throws -> HTTPExchangeResponse {
        if let successor = succession.found { return try await successor.send(request) }
        do {
            return try await sendHere(request)
        } catch let error as ClientError where error.mayBeOfAServerLeft {
            guard let successor = try await successor(after: error) else { throw error }
            return try await successor.send(request)
        }
    }

    /// The same where it is known by now which server that is; looks for none.
    package func sendKnown(_ request: HTTPExchangeRequest) async throws -> HTTPExchangeResponse {
        if let successor = succession.found { return try await successor.sendKnown(request) }
        return try await sendHere(request)
    }

    /// The same without a token.
    package func sendOpenKnown(_ request: HTTPExchangeRequest) async throws -> HTTPExchangeResponse {
        if let successor = succession.found { return try await successor.sendOpenKnown(request) }
        return try await sendOpen(request)
    }

    private func successor(after error: ClientError) async throws -> ServerConnection? {
        if let found = succession.found { return found }
        guard let search = succession.search else { return nil }
        if let searching = succession.searching { return try await searching.value }
        // A task of its own: that one caller is cancelled must not cut it short for all others.
        let task = Task { try await search(error) }
        succession.searching = task
        defer { succession.searching = nil }
        let found = try await task.value
        succession.found = found
        return found
    }
}

extension ClientError {
    /// Whether the answer may mean that the user's store is elsewhere: the server says so, or it is no longer there, or
    /// no longer knows the session.
    fileprivate var mayBeOfAServerLeft: Bool {
        switch code {
        case .refused(.storeMoved), .signedOut, .notReachable, .notTheExpectedServer, .serverIdentityChanged: true
        default: false
        }
    }
}
