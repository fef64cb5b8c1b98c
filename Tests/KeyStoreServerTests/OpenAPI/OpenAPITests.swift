import CloudMLSAPI
import Foundation
import KeyStoreServer
import NIOHTTP1
import Testing

/// The document says what the server does. That every answer in these tests is one that the document has is checked where
/// they are received, in `TestHTTP`.
@Suite struct OpenAPITests {
    private static let howToAdd = """
        Describe it in Sources/KeyStoreServer/OpenAPI (KeyStoreRouteTable, OpenAPISchemas) and in \
        docs/key-store-protocol.md; then run: key-store-server openapi > docs/key-store-openapi.json
        """

    private static let project = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")

    @Test func theRoutesAreThoseOfTheServer() async throws {
        let server = try await RunningKeyStore.start()
        let served = Set(server.application.routes)
        let described = Set(KeyStoreRouteTable.routes.map(\.name))
        #expect(described.count == KeyStoreRouteTable.routes.count, "a route is described twice")
        for route in served.subtracting(described) { Issue.record("\(route) is not described. \(Self.howToAdd)") }
        for route in described.subtracting(served) { Issue.record("\(route) is described, but the server has none.") }
        await server.stop()
    }

    @Test func theServedDocumentIsTheOneInDocs() async throws {
        let server = try await RunningKeyStore.start()
        let answer = try await server.http.send(.GET, "/openapi.json")
        let file = Self.project.appending(path: "docs/key-store-openapi.json")
        #expect(
            answer.body == Array(try Data(contentsOf: file)),
            "docs/key-store-openapi.json is another one. Run: key-store-server openapi > docs/key-store-openapi.json")
        await server.stop()
    }

    @Test func theProtocolsPageNamesEveryRouteAndEveryError() throws {
        let page = try String(
            contentsOf: Self.project.appending(path: "docs/key-store-protocol.md"), encoding: .utf8)
        for route in KeyStoreRouteTable.routes {
            #expect(page.contains("`\(route.name)"), "docs/key-store-protocol.md does not have \(route.name)")
            for code in route.errors {
                #expect(
                    page.contains("| \(code.status) | `\(code.rawValue)` |"),
                    "docs/key-store-protocol.md does not have \(code.rawValue), which \(route.name) can answer")
            }
        }
    }

    @Test func everyReferenceLeadsSomewhere() throws {
        let document = try JSONSerialization.jsonObject(with: Data(OpenAPIDocument.bytes()))
        var count = 0
        func visit(_ value: Any) {
            if let object = value as? [String: Any] {
                if let reference = object["$ref"] as? String {
                    count += 1
                    var target: Any? = document
                    for part in reference.split(separator: "/").dropFirst() {
                        target = (target as? [String: Any])?[String(part)]
                    }
                    #expect(target != nil, "\(reference) leads nowhere")
                }
                for part in object.values { visit(part) }
            } else if let array = value as? [Any] {
                for part in array { visit(part) }
            }
        }
        visit(document)
        #expect(count > 100)
    }
}

/// Records an issue where a server answers what its document does not have.
func expectDocumented(_ method: String, _ path: String, _ answer: TestHTTP.Answer) {
    // What no route answered: HTTP itself refused it, or it was a browser's question about another origin.
    if answer.headers.first(name: HeaderName.incarnation) == nil { return }
    let route = KeyStoreRouteTable.routes.first { $0.matches(method: method, path: path) }
    guard let route else {
        if ![404, 405].contains(answer.status) {
            Issue.record("\(method) \(path) answers \(answer.status), and is not in KeyStoreRouteTable")
        }
        return
    }
    if answer.status == route.status || answer.status == ErrorCode.methodNotAllowed.status { return }
    guard let code = answer.error?.code, route.errors.contains(code), code.status == answer.status else {
        let what = answer.error?.code.rawValue ?? "without a code"
        Issue.record("\(route.name) answers \(answer.status) \(what): add that to its row in KeyStoreRouteTable")
        return
    }
}
