import CloudMLSAPI
import Foundation
import NIOHTTP1
import Testing

@Suite struct AccountTests {
    @Test func repeatedRegistrationChangesNothing() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let first: AccountList = try await alice.user.get("/v1/accounts")
            let again = try await alice.registerKey()
            let second: AccountList = try await alice.user.get("/v1/accounts")
            #expect(first.accounts == second.accounts)
            #expect(first.accounts == [again])
            #expect(again.keys.map(\.key) == [alice.identityKey])
        }
    }

    @Test func accountBelongsToWhoeverHasIt() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let mallory = try await server.user("mallory")
            let theft = try await refusal { try await TestMember.register("folder:alice", of: mallory) }
            #expect(theft?.code == .accountTaken)
            #expect(theft?.status == 409)
            let identities: AccountList = try await mallory.post(
                "/v1/identities", IdentitiesRequest(accounts: [alice.address]))
            #expect(identities.accounts.map(\.keys.first?.key) == [alice.identityKey])
        }
    }

    /// The twin would look like the account whose name it imitates.
    @Test func namesThatOnlyLookTheSameAreRefused() async throws {
        try await TestServer.run { server in
            let rene = try await TestMember.register("folder:ren\u{E9}", of: try await server.user("rene"))
            let mallory = try await server.user("mallory")
            let registration = AccountRegistration(
                account: try #require(AccountAddress("folder:rene")), identityKeys: [rene.identityKey])
            let json = String(decoding: try JSONEncoder().encode(registration), as: UTF8.self)
            let twin = json.replacing("folder:rene", with: "folder:rene\u{301}")
            #expect(twin != json)
            let theft = try await refusal {
                try await mallory.send(.PUT, "/v1/accounts", bytes: Data(twin.utf8)).check()
            }
            #expect(theft?.code == .badRequest)
            // So that the form of the name was the reason.
            try await mallory.send(.PUT, "/v1/accounts", bytes: Data(json.utf8)).check()
        }
    }

    @Test func historyNumbersRiseOverAllAccounts() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob")
            let newAlice = try alice.withNewKey()
            _ = try await newAlice.registerKey()
            let newBob = try bob.withNewKey()
            _ = try await newBob.registerKey()
            let list: AccountList = try await alice.user.post(
                "/v1/identities", IdentitiesRequest(accounts: [alice.address, bob.address]))
            let keys = list.accounts.flatMap(\.keys)
            #expect(keys.map(\.history) == [1, 3, 2, 4])
            #expect(keys.map(\.replaced) == [3, nil, 4, nil])
            #expect(keys.map(\.revoked) == [false, false, false, false])
            #expect(keys.map(\.key) == [alice, newAlice, bob, newBob].map(\.identityKey))
        }
    }

    @Test func revokedKeysNeverComeBack() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let record = try await alice.withNewKey().registerKey(revokesReplaced: true)
            #expect(record.keys.map(\.revoked) == [true, false])
            let back = try await refusal { try await alice.registerKey() }
            #expect(back?.code == .badRequest)
        }
    }

    @Test func accountsAreNamedOnceInIdentities() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let refused = try await refusal {
                let _: AccountList = try await alice.user.post(
                    "/v1/identities", IdentitiesRequest(accounts: [alice.address, alice.address]))
            }
            #expect(refused?.code == .badRequest)
        }
    }

    @Test func keyHistoryHasALimit() async throws {
        try await TestServer.run(.identityKeys(2)) { server in
            let alice = try await server.member("alice")
            let second = try alice.withNewKey()
            _ = try await second.registerKey()
            #expect(try await refusal { try await alice.withNewKey().registerKey() }?.code == .quotaExceeded)
            // What adds no key is still accepted.
            let record = try await second.registerKey(revokesReplaced: true)
            #expect(record.keys.map(\.key) == [alice.identityKey, second.identityKey])
            #expect(record.keys.map(\.revoked) == [true, false])
        }
    }

    @Test func unknownAccountsAreLeftOutOfIdentities() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let nobody = try #require(AccountAddress("folder:nobody"))
            let list: AccountList = try await alice.user.post(
                "/v1/identities", IdentitiesRequest(accounts: [nobody, alice.address]))
            #expect(list.accounts.map(\.account) == [alice.address])
        }
    }

    @Test(arguments: [
        ([], ErrorCode.badRequest),
        ([IdentityKey(scheme: 0x0807, publicKey: Bytes(.random(31)))], .badRequest),
        ([IdentityKey(scheme: 0x0403, publicKey: Bytes(.random(32)))], .badRequest),
        ([IdentityKey(scheme: 0x0804, publicKey: Bytes(.random(32)))], .badRequest),
        (
            [
                IdentityKey(scheme: 0x0807, publicKey: Bytes(.random(32))),
                IdentityKey(scheme: 0x0807, publicKey: Bytes(.random(32))),
            ], .badRequest
        ),
    ])
    func keysMustBeKeys(_ keys: [IdentityKey], _ code: ErrorCode) async throws {
        try await TestServer.run { server in
            let user = try await server.user("alice")
            let address = try #require(AccountAddress("folder:alice"))
            let refused = try await refusal {
                let _: AccountRecord = try await user.put(
                    "/v1/accounts", AccountRegistration(account: address, identityKeys: keys))
            }
            #expect(refused?.code == code)
            let list: AccountList = try await user.get("/v1/accounts")
            #expect(list.accounts.isEmpty)
        }
    }

    @Test func platformsWithoutProofAreRefused() async throws {
        try await TestServer.run { server in
            let user = try await server.user("alice")
            let refused = try await refusal { try await TestMember.register("matrix:@alice:example.org", of: user) }
            #expect(refused?.code == .notYourAccount)
        }
        try await TestServer.run(.firstCome("matrix")) { server in
            let user = try await server.user("alice")
            let member = try await TestMember.register("matrix:@alice:example.org", of: user)
            #expect(member.address.id == "@alice:example.org")
        }
    }

    @Test func closedRegistrationTakesNobody() async throws {
        try await TestServer.run(.closedRegistration) { server in
            let refused = try await refusal { try await server.user("alice") }
            #expect(refused?.code == .registrationRefused)
            #expect(refused?.status == 403)
        }
    }

    @Test func takenNameIsRefused() async throws {
        try await TestServer.run { server in
            _ = try await server.user("alice")
            let refused = try await refusal { try await server.user("alice") }
            #expect(refused?.code == .nameTaken)
        }
    }
}
