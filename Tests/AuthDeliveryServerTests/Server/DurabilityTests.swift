import CloudMLSAPI
import Foundation
import MLS
import TestSupport
import Testing

/// What the server answered for outlives its process.
@Suite struct DurabilityTests {
    @Test(.timeLimit(.minutes(20)))
    func nothingAcceptedIsLostInManyKillsUnderLoad() async throws {
        let folder = TemporaryFolder()
        var server = try await Executable.start(in: folder)
        let (members, group) = try await Self.group(of: 8, at: try server.origin)
        var committers = members.map { Committer(member: $0, group: group) }
        var log = DeliveredLog(group: group)
        var (answered, underWay) = (0, 0)
        for kill in 0..<Points.kills {
            let load = LoadedServer(answersBeforeKill: .random(in: 50...200))
            committers = await LoadedServer.untilItIsGone(committers) { [server] in
                await $0.afterPosting(to: server, load)
            }
            underWay += try #require(load.underWayAtKill, "kill \(kill): the server ended by itself")
            answered += load.answered
            server = try await Executable.start(in: folder)
            for index in committers.indices { try await committers[index].postAgain(at: try server.origin) }
            try await log.check(committers)
        }
        tell(
            """
            auth-delivery-server: \(Points.kills) kills, \(answered) accepted messages are in the log and in 8 inboxes, \
            \(underWay) were under way at kills
            """)
        server.terminate()
        #expect(await server.status == 0)
    }

    /// People with one account each, in one group at epoch 1.
    private static func group(of count: Int, at origin: String) async throws -> ([TestMember], TestGroup) {
        let now = UInt64(Date().timeIntervalSince1970)
        var members: [TestMember] = []
        for number in 0..<count {
            let user = try TestUser(name: "user\(number)", origin: origin)
            try await user.register()
            let member = try await TestMember.register("folder:user\(number)", of: try await user.signedIn())
            _ = try await member.upload([
                try member.keyPackage(lifetime: .init(from: now, duration: 86_400)).keyPackage
            ])
            members.append(member)
        }
        let first = members[0]
        let group = try await first.createGroup()
        _ = try await first.add(Array(members.dropFirst()), to: group, epoch: 0)
        return (members, group)
    }

    @Test(.enabled(if: ReadOnlyDisk.isUsable, "there is no C compiler"))
    func aDiskThatTurnsReadOnlyIsStillReadAndMayRecover() async throws {
        let (folder, tools) = (TemporaryFolder(), TemporaryFolder())
        try FileManager.default.createDirectory(atPath: tools.path, withIntermediateDirectories: true)
        let disk = try ReadOnlyDisk(in: URL(filePath: tools.path))
        let server = try await Executable.start(in: folder, wrapper: disk.wrapper)
        let (members, group) = try await Self.group(of: 2, at: try server.origin)
        let (alice, bob) = (members[0], members[1])
        // Twice: a failure must not leave anything behind that the next write trips over.
        for round in 1...2 as ClosedRange<UInt64> {
            try disk.turnReadOnly()
            let commit = alice.commit(group, epoch: round)
            let refusals = [
                try await refusal { try await alice.post(commit, to: group) },
                try await refusal { try await bob.post(bob.proposal(group, epoch: round), to: group) },
                try await refusal { try await bob.createGroup() },
            ]
            #expect(refusals.map { $0?.code } == [.unavailable, .unavailable, .unavailable])
            #expect(try server.printed().contains("disk"))
            #expect(try await alice.info(group).epoch == round)
            #expect(try await bob.log(group).entries.count == Int(round) - 1)
            #expect(try await bob.inbox().entries.count == Int(round))
            try disk.recover()
            let result = try await alice.post(commit, to: group)
            #expect(result.epoch == round + 1)
        }
        await server.kill()
        let again = try await Executable.start(in: folder)
        defer { again.terminate() }
        var later = alice
        later.user = alice.user.at(try again.origin)
        #expect(try await later.info(group).epoch == 3)
        #expect(try await later.log(group).entries.map(\.sequence) == [1, 2, 3])
        #expect(try await later.inbox().entries.map(\.number) == [1, 2, 3])
    }

    private static let prlimit = "/usr/bin/prlimit"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: prlimit), "prlimit is missing"))
    func aDiskThatIsFullUnderLoadRefusesUntilThereIsRoom() async throws {
        let folder = TemporaryFolder()
        let server = try await Executable.start(
            in: folder, wrapper: [Self.prlimit, "--fsize=2000000:unlimited"])
        let (members, group) = try await Self.group(of: 8, at: try server.origin)
        var log = DeliveredLog(group: group)
        // It is never killed: each client goes on until it is refused for the disk.
        let load = LoadedServer(answersBeforeKill: .max)
        var committers = await withTaskGroup(of: Committer.self) { tasks in
            for member in members {
                tasks.addTask { await Committer(member: member, group: group).afterPosting(to: server, load) }
            }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
        let codes: [ErrorCode?] = [.unavailable, .quotaExceeded]
        #expect(committers.allSatisfy { codes.contains($0.refusal?.code) })
        #expect(load.answered > 10)
        #expect(try server.printed().contains("disk"))
        #expect(try await members[0].info(group).members.count == 8)

        let lifted = Process()
        lifted.executableURL = URL(filePath: Self.prlimit)
        lifted.arguments = ["--pid", "\(server.identifier)", "--fsize=unlimited:unlimited"]
        try lifted.run()
        lifted.waitUntilExit()
        for index in committers.indices { try await committers[index].postAgain(at: try server.origin) }
        try await log.check(committers)
        server.terminate()
        #expect(await server.status == 0)
    }
}
