import CloudMLSAPI

/// The routes with which a store leaves a key store and arrives at one.
enum MoveRouteTable {
    static let routes: [DescribedRoute] = source + destination

    /// What a read can meet of a store that is elsewhere.
    static let unreadable: [ErrorCode] = [.storeMoved, .storeReceiving]
    /// What a write can meet of a store that is elsewhere, or on its way.
    static let unwritable: [ErrorCode] = [.storeMoving] + unreadable

    private static let source: [DescribedRoute] = [
        DescribedRoute(
            "GET", "/v1/move", "Where the store stands.", .session, answers: 200, .json("MoveStatus"),
            errors: [.notFound]),
        DescribedRoute(
            "POST", "/v1/move", "Begin to move: nothing can be written from now on.", .session,
            takes: .json("MoveRequest"), answers: 200, .json("MoveStatus"),
            errors: [.notFound, .moveConflict, .tooLarge, .quotaExceeded] + unreadable),
        DescribedRoute(
            "DELETE", "/v1/move", "Take the move back.", .session, answers: 200, .json("MoveStatus"),
            errors: [.notFound, .quotaExceeded] + unreadable),
        DescribedRoute(
            "GET", "/v1/move/objects", "A page of all objects by name.", .session, parameters: ["AfterName"],
            answers: 200, .json("MovePage"), errors: [.notFound] + unreadable),
        DescribedRoute(
            "GET", "/v1/move/digest", "The digest of the store.", .session, answers: 200, .json("StoreDigestAnswer"),
            errors: [.notFound] + unreadable),
        DescribedRoute(
            "POST", "/v1/move/commit", "The store has moved, for good.", .session, takes: .json("MoveCommit"),
            answers: 200, .json("MoveStatus"),
            errors: [.notFound, .moveConflict, .tooLarge, .quotaExceeded] + unreadable),
        DescribedRoute(
            "DELETE", "/v1/move/content", "Delete what a store that has moved left behind.", .session, answers: 200,
            .json("MoveStatus"), errors: [.notFound, .moveConflict, .quotaExceeded]),
    ]

    private static let destination: [DescribedRoute] = [
        DescribedRoute(
            "POST", "/v1/import", "Register a store that comes from another key store.", .open,
            takes: .json("KeyStoreImport"), answers: 201,
            errors: [.registrationRefused, .nameTaken, .rateLimited, .tooLarge, .quotaExceeded]),
        DescribedRoute(
            "POST", "/v1/import/follow", "Begin a session of a device that was signed in at the source.", .open,
            takes: .json("FollowRequest"), answers: 200, .json("SessionTokens"),
            errors: [.wrongCredentials, .rateLimited, .tooLarge, .quotaExceeded]),
        DescribedRoute(
            "GET", "/v1/import", "How far the import is.", .session, answers: 200, .json("ImportStatus"),
            errors: [.notFound]),
        DescribedRoute(
            "PUT", "/v1/import", "Begin the import of a move anew.", .session, takes: .json("ImportContents"),
            answers: 200, .json("ImportStatus"), errors: [.notFound, .moveConflict, .tooLarge, .quotaExceeded]),
        DescribedRoute(
            "PUT", "/v1/import/objects", "Write objects as the source has them.", .session,
            takes: .json("ImportObjects"), answers: 200, .json("ImportStatus"),
            errors: [.notFound, .moveConflict, .tooLarge, .quotaExceeded]),
        DescribedRoute(
            "GET", "/v1/import/digest", "The digest of what is here.", .session, answers: 200,
            .json("StoreDigestAnswer"),
            errors: [.notFound]),
        DescribedRoute(
            "POST", "/v1/import/open", "Open the store.", .session, takes: .json("ImportOpening"), answers: 200,
            .json("ImportStatus"), errors: [.notFound, .moveConflict, .tooLarge, .quotaExceeded]),
    ]
}
