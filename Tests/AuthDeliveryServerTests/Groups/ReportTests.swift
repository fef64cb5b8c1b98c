import CloudMLSAPI
import NIOHTTP1
import Testing

@Suite struct ReportTests {
    @Test func reportsAreKeptPerMember() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let group = try await alice.createGroup()
            _ = try await alice.add([bob], to: group, epoch: 0)
            let commit = alice.commit(group, epoch: 1)
            _ = try await alice.post(commit, to: group)
            let digest = Bytes(try hash(commit.commit.array))
            func report(_ member: TestMember, _ outcome: CommitReport.Outcome, _ hash: Bytes) async throws {
                try await member.user.send(
                    .POST, group.path + "/reports",
                    CommitReport(account: member.address, epoch: 1, hash: hash, outcome: outcome)
                ).check()
            }
            try await report(bob, .rejected, digest)
            try await report(alice, .applied, digest)
            try await report(bob, .applied, digest)
            let list: CommitReportList = try await bob.user.get(group.path + "/reports?epoch=1")
            #expect(list.reports.map(\.account) == [alice.address, bob.address])
            #expect(list.reports.map(\.outcome) == [.applied, .applied])
            #expect(list.reports.allSatisfy { $0.hash == digest })
            let unknown = try await refusal { try await report(bob, .applied, Bytes(.random(32))) }
            #expect(unknown?.code == .notFound)
        }
    }

    @Test func reportsAreForThoseWhoGotTheCommit() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let carol = try await server.member("carol", keyPackages: 1)
            let group = try await alice.createGroup()
            _ = try await alice.add([bob], to: group, epoch: 0)
            let removal = alice.commit(group, epoch: 1, removing: [bob.address])
            let silent = alice.commit(group, epoch: 2)
            for commit in [removal, silent] { _ = try await alice.post(commit, to: group) }
            _ = try await alice.add([carol], to: group, epoch: 3)
            let last = alice.commit(group, epoch: 4)
            _ = try await alice.post(last, to: group)

            func report(_ member: TestMember, _ commit: CommitPost) async throws -> ErrorCode? {
                let digest = Bytes(try hash(commit.commit.array))
                return try await refusal {
                    try await member.user.send(
                        .POST, group.path + "/reports",
                        CommitReport(account: member.address, epoch: commit.epoch, hash: digest, outcome: .applied)
                    ).check()
                }?.code
            }
            func reporters(_ member: TestMember, _ epoch: UInt64) async throws -> [AccountAddress] {
                let list: CommitReportList = try await member.user.get(group.path + "/reports?epoch=\(epoch)")
                return list.reports.map(\.account)
            }
            for commit in [removal, silent, last] { #expect(try await report(alice, commit) == nil) }
            // The commit that removed Bob is the last that was sent to him.
            #expect(try await report(bob, removal) == nil)
            #expect(try await report(bob, silent) == .notFound)
            #expect(try await reporters(bob, 1) == [alice.address, bob.address])
            #expect(try await reporters(bob, 2).isEmpty)
            #expect(try await reporters(bob, 4).isEmpty)
            #expect(try await report(carol, silent) == .notFound)
            #expect(try await report(carol, last) == nil)
            #expect(try await reporters(carol, 2).isEmpty)
            #expect(try await reporters(carol, 4) == [alice.address, carol.address])
            #expect(try await reporters(alice, 2) == [alice.address])
        }
    }
}
