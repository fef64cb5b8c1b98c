import CloudMLSAPI
import MLSCodec
import NIOHTTP1
import Testing

/// An account says which KeyPackages it still has the private parts of.
@Suite struct KeyPackageRetentionTests {
    private func retain(_ refs: [[UInt8]], of account: AccountAddress, by member: TestMember) async throws {
        try await member.user.send(
            .POST, "/v1/key-packages/retain", KeyPackageRetention(account: account, refs: refs.map { Bytes($0) })
        ).check()
    }

    @Test func whatIsNotNamedAndNotUsedIsWithdrawn() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob")
            let lastResort = try alice.keyPackage(lastResort: true).keyPackage
            let all = try await alice.upload(4)
            _ = try await alice.upload([], lastResort: lastResort)
            let group = try await bob.createGroup()
            // One is used, one is claimed.
            let used = try await bob.claim([alice.address]).keyPackages
            _ = try await bob.post(bob.commit(group, epoch: 0, adding: try bob.announce(used)), to: group)
            let claimed = try await bob.claim([alice.address]).keyPackages
            let kept = try #require(all.last)
            try await retain([alice.ref(kept)], of: alice.address, by: alice)
            let statuses = Dictionary(
                uniqueKeysWithValues: zip(
                    (all + [lastResort]).map { Bytes($0.encoded) }, try await alice.status(all + [lastResort])))
            #expect(statuses[used[0].keyPackage] == .claimed)
            #expect(statuses[claimed[0].keyPackage] == .withdrawn)
            #expect(statuses[Bytes(kept.encoded)] == .available)
            #expect(statuses.values.count { $0 == .withdrawn } == 3)

            // What was claimed before cannot be used any more; what is left can.
            _ = try await bob.post(bob.commit(group, epoch: 1, removing: [alice.address]), to: group)
            let late = bob.commit(group, epoch: 2, adding: try bob.announce(claimed))
            #expect(try await refusal { try await bob.post(late, to: group) }?.code == .invalidKeyPackage)
            #expect(try await bob.claim([alice.address]).keyPackages.map(\.keyPackage) == [Bytes(kept.encoded)])
            #expect(try await bob.claim([alice.address]).missing == [alice.address])
        }
    }

    @Test func onlyTheAccountsUserWithdraws() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob")
            let keyPackages = try await alice.upload(2)
            #expect(try await refusal { try await retain([], of: alice.address, by: bob) }?.code == .notYourAccount)
            #expect(try await alice.status(keyPackages) == [.available, .available])
            let many = [[UInt8]](repeating: [1], count: 10_001)
            #expect(try await refusal { try await retain(many, of: alice.address, by: alice) }?.code == .tooLarge)
        }
    }
}
