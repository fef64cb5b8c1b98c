import Foundation
import TestSupport
import Testing

/// What the client library's documentation shows is what is compiled and run here, against real servers.
@Suite struct FirstConversationTests {
    @Test func theArticleShowsWhatRuns() throws {
        let code = try String(
            contentsOf: packageRoot.appending(
                path: "Tests/EndToEndTests/Documentation/YourFirstConversation.swift"), encoding: .utf8)
        let article = try String(
            contentsOf: packageRoot.appending(
                path: "Sources/CloudMLSClient/CloudMLSClient.docc/YourFirstConversation.md"), encoding: .utf8)
        #expect(article.contains("```swift\n\(code)```\n"))
    }

    @Test func theFirstConversationWorks() async throws {
        let world = try await World.make()
        var codes: [String] = []
        for number in 0..<2 {
            let file = try await world.setupCode(keyStore: number)
            codes.append(try String(contentsOf: file, encoding: .utf8))
        }
        let shown = try await yourFirstConversation(
            authDelivery: world.authDelivery.origin, setupCodes: codes, devices: world.place.folder("devices").path,
            sharing: world.sharedFolder.path)
        #expect(shown == ["folder:alice wrote: The water is warm."])
    }
}
