import CloudMLSAPI
import KeyHierarchy
import KeyStoreServer
import MLSCodec
import NIOHTTP1
import ServerKit
import Testing

@Suite struct SessionListTests {
    @Test func sessionsAreListedWithTheirDevicesAndEndedOneByOne() async throws {
        let server = try await RunningKeyStore.start()
        let here = try await server.firstUser()
        server.clock.advance(by: 60)
        let there = try await here.user.signIn(at: server.http)
        let seenThere = try await there.sessions()
        #expect(seenThere.map(\.isCurrent) == [true, false])
        #expect(seenThere.map(\.deviceName) == ["test", "test"])
        #expect(seenThere.map(\.slotID) == [Bytes(here.user.slotID.bytes), Bytes(here.user.slotID.bytes)])
        #expect(seenThere[0].created == seenThere[1].created + 60)

        let first = try #require(seenThere.first { !$0.isCurrent })
        #expect(try await there.http.send(.DELETE, "/v1/sessions/\(first.id)").status == 204)
        #expect(try await !here.isSignedIn())
        #expect(try await there.isSignedIn())
        expect(try await here.refresh(), .invalidRefreshToken)
        expect(try await there.http.send(.DELETE, "/v1/sessions/\(first.id)"), .notFound)
        expect(try await there.http.send(.DELETE, "/v1/sessions/one"), .badRequest)
        await server.stop()
    }

    @Test func allOthersEndAtOnce() async throws {
        let server = try await RunningKeyStore.start()
        let here = try await server.firstUser()
        let others = [try await here.user.signIn(at: server.http), try await here.user.signIn(at: server.http)]
        #expect(try await here.http.send(.DELETE, "/v1/sessions").status == 204)
        for other in others { #expect(try await !other.isSignedIn()) }
        #expect(try await here.sessions().map(\.isCurrent) == [true])
        await server.stop()
    }

    @Test func aRenewalIsSeen() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        server.clock.advance(by: 500)
        let renewed = SignedInUser(
            user: alice.user, at: server.http, tokens: try await alice.refresh().json(SessionTokens.self))
        let session = try #require(try await renewed.sessions().first)
        #expect(session.renewed == session.created + 500)
        await server.stop()
    }

    @Test func usersNeitherSeeNorEndEachOthersSessions() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser("alice")
        let bob = try await server.nextUser("bob")
        let session = try #require(try await alice.sessions().first)
        #expect(try await !bob.sessions().contains { $0.id == session.id })
        expect(try await bob.http.send(.DELETE, "/v1/sessions/\(session.id)"), .notFound)
        #expect(try await bob.http.send(.DELETE, "/v1/sessions").status == 204)
        #expect(try await alice.isSignedIn())
        await server.stop()
    }

    @Test func aPasswordChangeKeepsOtherSessionsWhereItIsToldTo() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let elsewhere = try await alice.user.signIn(at: server.http)
        var changed = alice.user
        changed.passwordKey = .random()
        let write = SlotWrite(
            kind: .password, body: Bytes(try changed.passwordSlot().encoded),
            login: try changed.passwordLogin(server.application.core.identity.serverID), keepsSessions: true)
        let answer = try await alice.http.send(
            .PUT, "/v1/slots/\(changed.slotID.hex)", json: write, headers: SignedInUser.headers(ifRevision: 1))
        #expect(answer.status == 200)
        #expect(try await elsewhere.isSignedIn())
        expect(try await alice.user.login(at: server.http), .wrongCredentials)
        await server.stop()
    }

    @Test func slotsAreListedWithTheirLoginKeys() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let slot = try alice.user.deviceSlot()
        #expect(try await alice.putSlot(slot, kind: .device, login: nil, ifRevision: 0).status == 200)
        let slots = try await alice.slots()
        let password = try alice.user.passwordLogin(server.application.core.identity.serverID)
        #expect(slots.first { $0.kind == .password }?.login == password)
        #expect(slots.first { $0.kind == .device }?.login == nil)
        await server.stop()
    }
}

extension SignedInUser {
    func sessions() async throws -> [SessionRecord] {
        try await http.send(.GET, "/v1/sessions").json(SessionList.self).sessions
    }
}
