import Foundation
import MLS
import MLSCrypto
import TestSupport
import Testing

/// What the library's documentation shows is what is compiled and run here.
@Suite struct DocumentationTests {
    private static let now: UInt64 = 1_800_000_000

    @Test(arguments: [
        ("YourFirstGroup", "Sources/MLS/MLS.docc/YourFirstGroup.md"),
        ("StoringState", "Sources/MLS/MLS.docc/StoringState.md"),
    ])
    func articlesShowWhatRuns(_ example: String, _ article: String) throws {
        let code = try String(
            contentsOf: packageRoot.appending(path: "Tests/MLSTests/Documentation/\(example).swift"), encoding: .utf8)
        let text = try String(contentsOf: packageRoot.appending(path: article), encoding: .utf8)
        #expect(text.contains("```swift\n\(code)```\n"))
        #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count <= 61)
    }

    @Test func theFirstGroupWorks() throws {
        #expect(try yourFirstGroup(now: Self.now) == "Hello Bob")
    }

    @Test func storedGroupsGoOn() throws {
        let client = try Client("alice", .mls128DHKEMX25519AES128GCMSHA256Ed25519)
        var stored = StoredGroup(
            try Group.create(
                groupID: [1], provider: client.provider, credential: client.credential, signer: client.signer,
                capabilities: client.capabilities, lifetime: Lifetime(from: Self.now, duration: 86_400),
                settings: .rederivable))
        var messages: [MLSMessage] = []
        for text in ["a", "b"] {
            messages.append(
                try stored.group().encrypt(
                    Array(text.utf8), generation: stored.takeGeneration(), signer: client.signer.privateKey))
        }
        #expect(messages[0] != messages[1])
        #expect(stored.nextGenerations.application == 2)
        try stored.merge(
            try stored.group().stageCommit(
                CommitRequest(framing: .publicMessage), policy: LifetimePolicy(now: Self.now),
                signer: client.signer.privateKey))
        #expect(try stored.group().epoch == 1)
        #expect(stored.nextGenerations.application == 0)
        for _ in 0..<2 { #expect(try messages.map { try stored.read($0).data } == [Array("a".utf8), Array("b".utf8)]) }
    }
}
