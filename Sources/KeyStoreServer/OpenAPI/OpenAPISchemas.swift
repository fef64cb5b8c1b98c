import CloudMLSAPI
import KeyHierarchy

/// The types of `/openapi.json`: those of `CloudMLSAPI`, in JSON Schema.
enum OpenAPISchemas {
    static let all: [String: JSONValue] = values.merging(structures) { first, _ in first }

    static let parameters: [String: JSONValue] = [
        "ObjectName": path("name", "A blinded name.", hex(64)),
        "SlotID": path("id", "The id in the slot.", hex(32)),
        "SessionID": path("id", "From the list of sessions.", ["type": "integer", "format": "int64"]),
        "After": query("after", "Changes behind this cursor; 0 for all.", ["type": "integer", "minimum": 0]),
        "AfterName": query("after", "The last name of the page before.", hex(64)),
        "BelowKey": query(
            "belowKey", "Bodies under a lower object key only.", ["type": "integer", "minimum": 0]),
        "Limit": query("limit", "Rows at most; more than 1,000 is 1,000.", ["type": "integer", "minimum": 1]),
        "IfMatch": header(
            "If-Match", "The revision that is replaced, in double quotes.",
            ["type": "string", "pattern": #"^"[1-9][0-9]{0,15}"$"#]),
        "IfNoneMatch": header("If-None-Match", "`*`: there never was anything of this name.", ["const": "*"]),
    ]

    private static let values: [String: JSONValue] = [
        "UserName": ["type": "string", "pattern": "^[a-z0-9._-]{3,64}$"],
        "Kind": ["enum": .array(SlotKind.allCases.map { .string($0.name) })],
        "Revision": number(maximum: 9_007_199_254_740_991),
        "KeyID": number(maximum: 4_294_967_295),
        "Cursor": number(maximum: 9_007_199_254_740_991),
        "Time": [
            "type": "integer", "minimum": 0, "description": "Seconds since 1970-01-01 00:00 UTC.",
        ],
        "Bytes": bytes(),
        "Bytes16": bytes(16),
        "Bytes32": bytes(32),
        "Signature": bytes(64),
    ]

    private static let structures: [String: JSONValue] = [
        "ServerInfo": object(
            [
                "role": ["const": "key-store"], "protocolVersion": ["const": 1], "serverID": ref("Bytes32"),
                "identityKey": ref("Bytes32"), "incarnation": ref("Bytes16"), "origins": array(["type": "string"]),
            ], optional: ["origins"]),
        "KDF": object([
            "algorithm": ["enum": ["argon2id", "pbkdf2-hmac-sha512"]], "iterations": number(maximum: 4_294_967_295),
            "memoryKiB": number(maximum: 4_294_967_295), "parallelism": number(maximum: 4_294_967_295),
            "salt": ref("Bytes16"),
        ]),
        "PreLoginRequest": object([
            "user": ref("UserName"), "kind": ref("Kind"), "clientNonce": ref("Bytes32"),
        ]),
        "PreLoginResponse": object(
            [
                "identityKey": ref("Bytes32"), "kdf": ref("KDF"), "serverNonce": ref("Bytes32"), "expires": ref("Time"),
                "signature": ref("Signature"),
            ], optional: ["kdf"]),
        "LoginRequest": object([
            "user": ref("UserName"), "kind": ref("Kind"), "clientNonce": ref("Bytes32"), "serverNonce": ref("Bytes32"),
            "origin": ["type": "string", "description": "The address that was dialled: scheme://host[:port]."],
            "signature": ref("Signature"), "deviceName": ["type": "string", "maxLength": 64],
        ]),
        "SessionTokens": object([
            "accessToken": token, "accessExpires": ref("Time"), "refreshToken": token, "refreshExpires": ref("Time"),
        ]),
        "CookieSession": object(["accessExpires": ref("Time"), "refreshExpires": ref("Time")]),
        // The second where cookies were asked for.
        "SignedIn": ["anyOf": [ref("SessionTokens"), ref("CookieSession")]],
        "RefreshRequest": object(["refreshToken": token]),
        "SessionList": object([
            "sessions": array(
                object([
                    "id": ["type": "integer"], "deviceName": ["type": "string"], "kind": ref("Kind"),
                    "slotID": ref("Bytes16"), "created": ref("Time"), "renewed": ref("Time"),
                    "isCurrent": ["type": "boolean"],
                ]))
        ]),
        "LoginMethod": object(
            ["kind": ref("Kind"), "publicKey": ref("Bytes32"), "kdf": ref("KDF")], optional: ["kdf"]),
        "KeyStoreRegistration": object(
            [
                "setupToken": ref("Bytes32"), "user": ref("UserName"), "login": ref("LoginMethod"),
                "storeID": ref("Bytes16"), "slot": ref("Bytes"), "keyring": ref("Bytes"),
            ], optional: ["setupToken"]),
        "SlotList": object([
            "slots": array(
                storedSlot)
        ]),
        "SlotWrite": object(
            [
                "kind": ref("Kind"), "body": ref("Bytes"), "login": ref("LoginMethod"),
                "keepsSessions": ["type": "boolean"],
            ], optional: ["login", "keepsSessions"]),
        "WriteResult": object(["revision": ref("Revision")]),
        "StoredKeyring": object(
            [
                "storeID": ref("Bytes16"), "revision": ref("Revision"), "body": ref("Bytes"),
                "minimumKeyID": ref("KeyID"), "handover": ref("Bytes"),
            ], optional: ["handover"]),
        "KeyringWrite": object(
            ["body": ref("Bytes"), "endsHandover": ["type": "boolean"]], optional: ["endsHandover"]),
        "KeyRotation": object(
            [
                "ifRevision": ref("Revision"), "keyring": ref("Bytes"),
                "slots": array(
                    object(["id": ref("Bytes16"), "ifRevision": ref("Revision"), "body": ref("Bytes")])),
                "minimumKeyID": ref("KeyID"), "handover": ref("Bytes"), "endsOtherSessions": ["type": "boolean"],
            ], optional: ["handover"]),
        "ObjectsPage": object(
            [
                "objects": array(
                    object(
                        [
                            "name": ref("Bytes32"), "revision": ref("Revision"), "size": ref("Cursor"),
                            "keyID": ref("KeyID"), "deleted": ["type": "boolean"],
                        ], optional: ["keyID"])), "more": ["type": "boolean"], "count": ref("Cursor"),
            ], optional: ["count"]),
        // The data of an event.
        "ChangeEvent": object(["cursor": ref("Cursor"), "keyringRevision": ref("Revision")]),
        "ObjectsReadRequest": object(["names": array(ref("Bytes32"))]),
        "ObjectsReadResponse": object([
            "objects": array(
                storedObject)
        ]),
        "BatchRequest": object([
            "operations": array(
                object(
                    ["name": ref("Bytes32"), "ifRevision": ref("Revision"), "body": ref("Bytes")], optional: ["body"]))
        ]),
        "BatchResponse": object(["revisions": array(ref("Revision"))]),
        "ChangesResponse": object([
            "changes": array(
                object([
                    "cursor": ref("Cursor"), "name": ref("Bytes32"), "revision": ref("Revision"),
                    "deleted": ["type": "boolean"],
                ])), "cursor": ref("Cursor"), "more": ["type": "boolean"],
        ]),
        "StoreState": ["enum": .array(StoreState.allCases.map { .string($0.rawValue) })],
        "MoveStatus": object(
            [
                "state": ref("StoreState"), "moveID": ref("Bytes16"), "destination": ref("Bytes32"),
                "objects": ref("Cursor"), "bytes": ref("Cursor"), "statement": ref("Bytes"), "forward": ref("Bytes"),
            ], optional: ["moveID", "destination", "statement", "forward"]),
        "MoveRequest": object(["moveID": ref("Bytes16"), "destination": ref("Bytes32")]),
        "MovePage": object(["objects": array(storedObject), "more": ["type": "boolean"]]),
        "StoreDigestAnswer": object([
            "objects": ref("Cursor"), "bytes": ref("Cursor"), "digest": ref("Bytes32"),
        ]),
        "MoveCommit": object(["moveID": ref("Bytes16"), "digest": ref("Bytes32"), "forward": ref("Bytes")]),
        "ImportContents": object(
            [
                "moveID": ref("Bytes16"), "sourceKey": ref("Bytes32"), "keyringRevision": ref("Revision"),
                "keyring": ref("Bytes"), "slots": array(storedSlot), "followHash": ref("Bytes32"),
            ], optional: ["sourceKey"]),
        "KeyStoreImport": object(
            [
                "setupToken": ref("Bytes32"), "user": ref("UserName"), "storeID": ref("Bytes16"),
                "contents": ref("ImportContents"),
            ], optional: ["setupToken"]),
        "ImportStatus": object(
            [
                "state": ref("StoreState"), "moveID": ref("Bytes16"), "lastName": ref("Bytes32"),
                "objects": ref("Cursor"), "bytes": ref("Cursor"),
            ], optional: ["moveID", "lastName"]),
        "ImportObjects": object(["moveID": ref("Bytes16"), "objects": array(storedObject)]),
        "ImportOpening": object(
            ["moveID": ref("Bytes16"), "statement": ref("Bytes"), "digest": ref("Bytes32")],
            optional: ["statement", "digest"]),
        "FollowRequest": object([
            "user": ref("UserName"), "token": ref("Bytes32"), "deviceName": ["type": "string", "maxLength": 64],
        ]),
        "Error": object([
            "error": object(
                [
                    "code": ["type": "string"], "message": ["type": "string"], "currentRevision": ref("Revision"),
                    "operation": number(maximum: 1_023), "retryAfter": number(maximum: 86_400),
                ], optional: ["currentRevision", "operation", "retryAfter"])
        ]),
    ]

    // MARK: Parts

    static func ref(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    private static let storedObject = object(
        ["name": ref("Bytes32"), "revision": ref("Revision"), "body": ref("Bytes")], optional: ["body"])
    private static let storedSlot = object(
        [
            "id": ref("Bytes16"), "kind": ref("Kind"), "revision": ref("Revision"), "body": ref("Bytes"),
            "login": ref("LoginMethod"),
        ], optional: ["login"])
    private static let token: JSONValue = ["type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"]

    static func object(
        _ properties: [String: JSONValue], optional: Set<String> = []
    ) -> JSONValue {
        let required = properties.keys.filter { !optional.contains($0) }.sorted()
        return [
            "type": "object", "properties": .object(properties), "required": .array(required.map { .string($0) }),
        ]
    }

    static func array(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

    static func number(maximum: Int64) -> JSONValue {
        ["type": "integer", "minimum": 0, "maximum": .number(maximum)]
    }

    private static func hex(_ digits: Int64) -> JSONValue {
        ["type": "string", "pattern": .string("^[0-9a-f]{\(digits)}$")]
    }

    /// Standard base64 with padding (RFC 4648 §4), of so many bytes.
    private static func bytes(_ count: Int? = nil) -> JSONValue {
        var schema: [String: JSONValue] = ["type": "string", "contentEncoding": "base64"]
        if let count {
            let tail = ["", "[A-Za-z0-9+/][AQgw]==", "[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]="][count % 3]
            schema["pattern"] = .string("^[A-Za-z0-9+/]{\(count / 3 * 4)}\(tail)$")
        } else {
            schema["pattern"] = .string(
                "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$")
        }
        return .object(schema)
    }

    private static func path(_ name: String, _ text: String, _ schema: JSONValue) -> JSONValue {
        ["name": .string(name), "in": "path", "required": true, "description": .string(text), "schema": schema]
    }

    private static func query(_ name: String, _ text: String, _ schema: JSONValue) -> JSONValue {
        ["name": .string(name), "in": "query", "description": .string(text), "schema": schema]
    }

    private static func header(_ name: String, _ text: String, _ schema: JSONValue) -> JSONValue {
        ["name": .string(name), "in": "header", "description": .string(text), "schema": schema]
    }
}
