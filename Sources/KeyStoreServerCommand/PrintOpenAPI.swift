import ArgumentParser
import Foundation
import KeyStoreServer

/// `key-store-server openapi`.
struct PrintOpenAPI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi", abstract: "Print the description of the HTTP routes (OpenAPI 3.1).",
        discussion: """
            The same document that a running server gives at /openapi.json.

            EXAMPLE
              key-store-server openapi > key-store-openapi.json
            """)

    func run() throws {
        FileHandle.standardOutput.write(Data(try OpenAPIDocument.bytes()))
    }
}
