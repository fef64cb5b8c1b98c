import CloudMLSAPI

extension OpenAPISchemas {
    /// The types of a move.
    static let moves: [String: JSONValue] = [
        "StoreState": ["enum": .array(StoreState.allCases.map { .string($0.rawValue) })],
        "MoveStatus": object(
            [
                "state": ref("StoreState"), "moveID": ref("Bytes16"), "destination": ref("Bytes32"), "objects": count,
                "bytes": count, "statement": ref("Bytes"), "forward": ref("Bytes"),
            ], optional: ["moveID", "destination", "statement", "forward"]),
        "MoveRequest": object(["moveID": ref("Bytes16"), "destination": ref("Bytes32")]),
        "MovedObjects": array(
            object(["name": ref("Bytes32"), "revision": ref("Revision"), "body": ref("Bytes")], optional: ["body"])),
        "MovePage": object(["objects": ref("MovedObjects"), "more": ["type": "boolean"]]),
        "StoreDigestAnswer": object(["objects": count, "bytes": count, "digest": ref("Bytes32")]),
        "MoveCommit": object(["moveID": ref("Bytes16"), "digest": ref("Bytes32"), "forward": ref("Bytes")]),
        "ImportContents": object(
            [
                "moveID": ref("Bytes16"), "sourceKey": ref("Bytes32"), "keyringRevision": ref("Revision"),
                "keyring": ref("Bytes"), "followHash": ref("Bytes32"),
                "slots": array(
                    object(
                        [
                            "id": ref("Bytes16"), "kind": ref("Kind"), "revision": ref("Revision"),
                            "body": ref("Bytes"),
                            "login": ref("LoginKey"),
                        ], optional: ["login"])),
            ], optional: ["sourceKey"]),
        "KeyStoreImport": object(
            [
                "setupToken": ref("Bytes32"), "user": ref("UserName"), "storeID": ref("Bytes16"),
                "contents": ref("ImportContents"),
            ], optional: ["setupToken"]),
        "ImportStatus": object(
            [
                "state": ref("StoreState"), "moveID": ref("Bytes16"), "lastName": ref("Bytes32"), "objects": count,
                "bytes": count,
            ], optional: ["moveID", "lastName"]),
        "ImportObjects": object(["moveID": ref("Bytes16"), "objects": ref("MovedObjects")]),
        "ImportOpening": object(
            ["moveID": ref("Bytes16"), "statement": ref("Bytes"), "digest": ref("Bytes32")],
            optional: ["statement", "digest"]),
        "FollowRequest": object([
            "user": ref("UserName"), "token": ref("Bytes32"), "deviceName": ["type": "string", "maxLength": 64],
        ]),
    ]

    private static let count = number(maximum: 9_007_199_254_740_991)
}
