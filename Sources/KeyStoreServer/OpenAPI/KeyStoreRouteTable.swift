import CloudMLSAPI

/// The routes of a key store, as `/openapi.json` describes them.
///
/// A new route gets a row here, its types in `OpenAPISchemas`, and its place in `docs/key-store-protocol.md`; then
/// `key-store-server openapi > docs/key-store-openapi.json`. Tests compare the rows with the routes that the server has,
/// and every answer in the tests with the rows.
package enum KeyStoreRouteTable {
    package static let routes: [DescribedRoute] =
        server + authentication + slots + keyring + objects + leaving + arriving

    private static let server: [DescribedRoute] = [
        DescribedRoute("GET", "/health", "Whether the server serves.", .open, answers: 200, .anyJSON),
        DescribedRoute("GET", "/openapi.json", "This document.", .open, answers: 200, .anyJSON),
        DescribedRoute(
            "GET", "/metrics", "Counts, in Prometheus' text format, for programs on the server's machine.", .open,
            answers: 200, .text, errors: [.notFound]),
        DescribedRoute("GET", "/v1/server", "Who the server is.", .open, answers: 200, .json("ServerInfo")),
    ]

    private static let authentication: [DescribedRoute] = [
        DescribedRoute(
            "POST", "/v1/auth/prelogin", "Begin to sign in.", .open, takes: .json("PreLoginRequest"), answers: 200,
            .json("PreLoginResponse"), errors: [.rateLimited, .tooLarge]),
        DescribedRoute(
            "POST", "/v1/auth/login", "Sign in.", .open, takes: .json("LoginRequest"), answers: 200,
            .json("SignedIn"),
            errors: [.wrongCredentials, .wrongOrigin, .crossSite, .rateLimited, .tooLarge, .quotaExceeded]),
        DescribedRoute(
            "POST", "/v1/auth/refresh", "Exchange the tokens.", .open, takes: .json("RefreshRequest"), answers: 200,
            .json("SignedIn"), errors: [.invalidRefreshToken, .crossSite, .rateLimited, .tooLarge, .quotaExceeded]),
        DescribedRoute("POST", "/v1/auth/logout", "End the session.", .session, answers: 204, errors: [.quotaExceeded]),
        DescribedRoute(
            "GET", "/v1/sessions", "List the user's sessions.", .session, answers: 200, .json("SessionList")),
        DescribedRoute(
            "DELETE", "/v1/sessions", "End all other sessions.", .session, answers: 204, errors: [.quotaExceeded]),
        DescribedRoute(
            "DELETE", "/v1/sessions/{id}", "End a session.", .session, parameters: ["SessionID"], answers: 204,
            errors: [.notFound, .quotaExceeded]),
        DescribedRoute(
            "POST", "/v1/register", "Register.", .open, takes: .json("KeyStoreRegistration"), answers: 201,
            errors: [.registrationRefused, .nameTaken, .rateLimited, .tooLarge, .quotaExceeded]),
    ]

    private static let slots: [DescribedRoute] = [
        DescribedRoute(
            "GET", "/v1/slots", "List the ways in.", .session, answers: 200, .json("SlotList"), errors: readable),
        DescribedRoute(
            "PUT", "/v1/slots/{id}", "Write a slot and its login key.", .session,
            parameters: ["SlotID", "IfMatch", "IfNoneMatch"], takes: .json("SlotWrite"), answers: 200,
            .json("WriteResult"), hasETag: true, errors: writable + written),
        DescribedRoute(
            "DELETE", "/v1/slots/{id}", "Delete a slot and its login key.", .session,
            parameters: ["SlotID", "IfMatch"],
            answers: 204,
            errors: writable + [.notFound, .lastWayIn, .revisionConflict, .preconditionRequired, .quotaExceeded]),
    ]

    private static let keyring: [DescribedRoute] = [
        DescribedRoute(
            "GET", "/v1/keyring", "Read the keyring.", .session, answers: 200, .json("StoredKeyring"), hasETag: true,
            errors: readable + [.notFound]),
        DescribedRoute(
            "PUT", "/v1/keyring", "Write the keyring.", .session, parameters: ["IfMatch"], takes: .json("KeyringWrite"),
            answers: 200, .json("WriteResult"), hasETag: true, errors: writable + written),
        DescribedRoute(
            "POST", "/v1/rotation", "Replace the data key.", .session, takes: .json("KeyRotation"), answers: 200,
            .json("WriteResult"), hasETag: true, errors: writable + [.revisionConflict, .tooLarge, .quotaExceeded]),
    ]

    private static let objects: [DescribedRoute] = [
        DescribedRoute(
            "GET", "/v1/objects/{name}", "Read an object.", .session, parameters: ["ObjectName"], answers: 200, .octets,
            hasETag: true, errors: readable + [.notFound]),
        DescribedRoute(
            "PUT", "/v1/objects/{name}", "Write an object.", .session,
            parameters: ["ObjectName", "IfMatch", "IfNoneMatch"], takes: .octets, answers: 200, .json("WriteResult"),
            hasETag: true, errors: writable + written + [.keyRetired]),
        DescribedRoute(
            "DELETE", "/v1/objects/{name}", "Leave a tombstone.", .session, parameters: ["ObjectName", "IfMatch"],
            answers: 200, .json("WriteResult"), hasETag: true,
            errors: writable + [.notFound, .revisionConflict, .preconditionRequired, .quotaExceeded]),
        DescribedRoute(
            "POST", "/v1/objects/read", "Read many objects.", .session, takes: .json("ObjectsReadRequest"),
            answers: 200,
            .json("ObjectsReadResponse"), errors: readable + [.tooLarge]),
        DescribedRoute(
            "POST", "/v1/objects/batch", "Write many objects, all or nothing.", .session, takes: .json("BatchRequest"),
            answers: 200, .json("BatchResponse"),
            errors: writable + [.notFound, .keyRetired, .revisionConflict, .tooLarge, .quotaExceeded]),
        DescribedRoute(
            "GET", "/v1/objects", "List objects by name.", .session, parameters: ["AfterName", "Limit", "BelowKey"],
            answers: 200, .json("ObjectsPage"), errors: readable),
        DescribedRoute(
            "GET", "/v1/changes", "List what changed.", .session, parameters: ["After", "Limit"], answers: 200,
            .json("ChangesResponse"), errors: readable),
        DescribedRoute(
            "GET", "/v1/events", "Wait for changes.", .session, answers: 200, .events, errors: readable + [.rateLimited]
        ),
    ]

    /// A store leaves for another key store.
    private static let leaving: [DescribedRoute] = [
        DescribedRoute("GET", "/v1/move", "Where the store stands.", .session, answers: 200, .json("MoveStatus")),
        DescribedRoute(
            "POST", "/v1/move", "Let nothing be written any more.", .session, takes: .json("MoveRequest"), answers: 200,
            .json("MoveStatus"), errors: moving + [.tooLarge, .quotaExceeded]),
        DescribedRoute(
            "DELETE", "/v1/move", "Take the move back.", .session, answers: 200, .json("MoveStatus"),
            errors: moving + [.quotaExceeded]),
        DescribedRoute(
            "GET", "/v1/move/objects", "Read all objects, a page at a time.", .session, parameters: ["AfterName"],
            answers: 200, .json("MovePage"), errors: moving),
        DescribedRoute(
            "GET", "/v1/move/digest", "What there is to compare.", .session, answers: 200, .json("StoreDigestAnswer"),
            errors: moving),
        DescribedRoute(
            "POST", "/v1/move/commit", "Have moved, for good.", .session, takes: .json("MoveCommit"), answers: 200,
            .json("MoveStatus"), errors: moving + [.tooLarge, .quotaExceeded]),
        DescribedRoute(
            "DELETE", "/v1/move/content", "Delete what stayed behind.", .session, answers: 200, .json("MoveStatus"),
            errors: moving + [.quotaExceeded]),
    ]

    /// A store arrives from another key store.
    private static let arriving: [DescribedRoute] = [
        DescribedRoute(
            "POST", "/v1/import", "Register for a store that arrives.", .open, takes: .json("KeyStoreImport"),
            answers: 201,
            errors: [.registrationRefused, .nameTaken, .rateLimited, .tooLarge, .quotaExceeded]),
        DescribedRoute(
            "POST", "/v1/import/follow", "Go on with a session of the source's.", .open, takes: .json("FollowRequest"),
            answers: 200, .json("SessionTokens"),
            errors: [.wrongCredentials, .rateLimited, .tooLarge, .quotaExceeded]),
        DescribedRoute(
            "GET", "/v1/import", "How much has arrived.", .session, answers: 200, .json("ImportStatus"), errors: moving),
        DescribedRoute(
            "PUT", "/v1/import", "Begin anew.", .session, takes: .json("ImportContents"), answers: 200,
            .json("ImportStatus"), errors: moving + [.tooLarge, .quotaExceeded]),
        DescribedRoute(
            "PUT", "/v1/import/objects", "Bring objects.", .session, takes: .json("ImportObjects"), answers: 200,
            .json("ImportStatus"), errors: moving + [.tooLarge, .quotaExceeded]),
        DescribedRoute(
            "GET", "/v1/import/digest", "What there is to compare.", .session, answers: 200, .json("StoreDigestAnswer"),
            errors: moving),
        DescribedRoute(
            "POST", "/v1/import/open", "Open the store.", .session, takes: .json("ImportOpening"), answers: 200,
            .json("ImportStatus"), errors: moving + [.tooLarge, .quotaExceeded]),
    ]

    /// What a read meets while the store is not here.
    private static let readable: [ErrorCode] = [.storeMoved, .storeReceiving]
    /// What a write meets while the store is not here, or about to go.
    private static let writable: [ErrorCode] = [.storeMoving, .storeMoved, .storeReceiving]
    /// What a step of a move meets that does not fit the state that the store is in.
    private static let moving: [ErrorCode] = [.storeMoving, .storeMoved, .storeReceiving, .moveConflict, .notFound]

    /// What a write of one thing under a precondition can meet.
    private static let written: [ErrorCode] = [
        .revisionConflict, .preconditionRequired, .tooLarge, .quotaExceeded,
    ]
}
