import CloudMLSAPI
import KeyHierarchy

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `/openapi.json`: made of `KeyStoreRouteTable` and `OpenAPISchemas`, so that there is one place for each route.
package enum OpenAPIDocument {
    /// The document's bytes: the same on every server of this release.
    package static func bytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(document)) + [UInt8(ascii: "\n")]
    }

    private static var document: JSONValue {
        let byPath = Dictionary(grouping: KeyStoreRouteTable.routes, by: \.path)
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "CloudMLS key store", "version": .string(String(APIVersion.current)),
                "description": "What the bytes mean and what a client has to check: docs/key-store-protocol.md.",
                "license": ["name": "Apache 2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "paths": .object(
                byPath.mapValues { routes in
                    .object(
                        Dictionary(
                            uniqueKeysWithValues: routes.map { ($0.method.lowercased(), operation($0)) }))
                }),
            "components": [
                "schemas": .object(OpenAPISchemas.all), "parameters": .object(OpenAPISchemas.parameters),
                "headers": .object(headers), "responses": .object(errorResponses),
                "securitySchemes": ["session": ["type": "http", "scheme": "bearer"]],
            ],
        ]
    }

    private static func operation(_ route: DescribedRoute) -> JSONValue {
        var operation: [String: JSONValue] = [
            "summary": .string(route.summary), "operationId": .string(operationID(route)),
            "responses": .object(responses(route)),
        ]
        if !route.parameters.isEmpty {
            operation["parameters"] = .array(
                route.parameters.map { ["$ref": .string("#/components/parameters/\($0)")] })
        }
        if let content = content(route.body) {
            operation["requestBody"] = ["required": true, "content": content]
        }
        if route.access == .session { operation["security"] = [["session": []]] }
        return .object(operation)
    }

    /// Such as `put-v1-objects-name`.
    private static func operationID(_ route: DescribedRoute) -> String {
        let words = route.path.split { "/{}.".contains($0) }
        return ([route.method.lowercased()] + words.map(String.init)).joined(separator: "-")
    }

    private static func responses(_ route: DescribedRoute) -> [String: JSONValue] {
        var responses: [String: JSONValue] = [:]
        for codes in errorsByStatus(of: route) {
            guard let status = codes.first?.status else { continue }
            responses[String(status)] = ["$ref": .string("#/components/responses/\(name(of: codes))")]
        }
        var success: [String: JSONValue] = [
            "description": "Done.", "headers": .object(headerReferences(withETag: route.hasETag)),
        ]
        success["content"] = content(route.answer)
        responses[String(route.status)] = .object(success)
        return responses
    }

    /// The error codes that a route can answer, those of one status together.
    private static func errorsByStatus(of route: DescribedRoute) -> [[ErrorCode]] {
        Dictionary(grouping: route.errors, by: \.status).values.map { codes in
            codes.sorted { $0.rawValue < $1.rawValue }
        }
    }

    /// Of a response in `components`: its codes.
    private static func name(of codes: [ErrorCode]) -> String { codes.map(\.rawValue).joined(separator: ".") }

    private static var errorResponses: [String: JSONValue] {
        let groups = Set(KeyStoreRouteTable.routes.flatMap(errorsByStatus))
        return Dictionary(uniqueKeysWithValues: groups.map { (name(of: $0), error($0.map(\.rawValue))) })
    }

    private static func error(_ codes: [String]) -> JSONValue {
        [
            "description": .string(codes.joined(separator: ", ")),
            "headers": .object(headerReferences(withETag: false)),
            "content": [
                "application/json": [
                    "schema": [
                        "allOf": [
                            OpenAPISchemas.ref("Error"),
                            [
                                "properties": [
                                    "error": ["properties": ["code": ["enum": .array(codes.map { .string($0) })]]]
                                ]
                            ],
                        ]
                    ]
                ]
            ],
        ]
    }

    private static func content(_ content: DescribedRoute.Content) -> JSONValue? {
        switch content {
        case .nothing: nil
        case .json(let schema): ["application/json": ["schema": OpenAPISchemas.ref(schema)]]
        case .anyJSON: ["application/json": ["schema": ["type": "object"]]]
        case .octets: ["application/octet-stream": [:]]
        case .events: ["text/event-stream": [:]]
        case .text: ["text/plain": ["schema": ["type": "string"]]]
        }
    }

    private static let headers: [String: JSONValue] = [
        HeaderName.incarnation: [
            "description": "This life of the server; another one after a restore from a backup.", "required": true,
            "schema": ["type": "string", "pattern": "^[0-9a-f]{32}$"],
        ],
        HeaderName.protocolTag: [
            "required": true, "schema": ["const": .string(ServerRole.keyStore.protocolTag)],
        ],
        "ETag": [
            "description": "The revision, in double quotes.", "required": true,
            "schema": ["type": "string", "pattern": #"^"[1-9][0-9]*"$"#],
        ],
    ]

    private static func headerReferences(withETag: Bool) -> [String: JSONValue] {
        let names = [HeaderName.incarnation, HeaderName.protocolTag] + (withETag ? ["ETag"] : [])
        return Dictionary(
            uniqueKeysWithValues: names.map { ($0, ["$ref": .string("#/components/headers/\($0)")]) })
    }
}
