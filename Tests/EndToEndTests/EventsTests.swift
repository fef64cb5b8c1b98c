import CloudMLSAPI
import CloudMLSClient
import Testing

/// A device learns at once what another one wrote.
struct EventsTests {
    @Test func aSecondDeviceSeesAChangeWithinASecond() async throws {
        let world = try await World.make(keyStores: 1)
        let first = try await LibraryUser.signUp("alice", in: world)
        let second = try await LibraryUser.signIn("alice", in: world)
        let before = try await second.context.sealed.read(["note"])["note"]?.revision
        #expect(before == 0)
        var events = try await second.context.keyStore.events().makeAsyncIterator()
        let start = try #require(try await events.next())
        for number in 1...5 as ClosedRange<UInt64> {
            let written = ContinuousClock.now
            let write = SealedWrite(path: "note", ifRevision: number - 1, body: [UInt8(number)])
            #expect(try await first.context.sealed.write([write]) == .written([number]))
            let event = try #require(try await events.next())
            #expect(event.cursor == start.cursor + number)
            #expect(try await second.context.sealed.read(["note"])["note"]?.body == [UInt8(number)])
            #expect(ContinuousClock.now - written < .seconds(1))
        }
        // The stream ends in order with the server.
        try await world.stop()
        while try await events.next() != nil {}
    }
}
