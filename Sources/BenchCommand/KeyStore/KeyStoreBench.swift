import ArgumentParser
import Foundation

/// `cloudmls-bench key-store`.
struct KeyStoreBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key-store",
        abstract: "Measures a key store: writes, reads, batches, change feed, sign-ins, new passwords, memory, start.",
        discussion: """
            Starts a key-store-server of its own, which lies beside this program, in a folder that it removes afterwards, \
            and beside it a bare server of the same HTTP library whose routes do nothing. Both get the same reads and \
            writes from the same client, one after the other; a ratio is what the key store reaches of the bare server's \
            rate. Pages of the change feed are compared with its reads, sign-ins with its writes.

            EXAMPLES
              cloudmls-bench key-store
              cloudmls-bench key-store --json --seconds 10
              cloudmls-bench key-store --sync-shim slow_sync.so
              cloudmls-bench key-store --server http://127.0.0.1:7464
            """)

    @Flag(help: "Print the results as JSON.")
    var json = false

    @Option(help: ArgumentHelp("Seconds of each measurement.", valueName: "seconds"))
    var seconds = 3.0

    @Option(help: ArgumentHelp("Connections of the measurements with many.", valueName: "count"))
    var connections = 64

    @Option(
        help: ArgumentHelp(
            "Objects with which new passwords, memory and start are measured; 0 leaves that out.", valueName: "count"))
    var objects = 100_000

    @Option(
        help: ArgumentHelp(
            "A library to preload into one more server, which makes its syncs slower.",
            discussion: "Deploy/bench/key-store builds it. Without it that measurement is left out.", valueName: "file")
    )
    var syncShim: String?

    @Option(
        help: ArgumentHelp(
            "Fail where, with --sync-shim, many connections write less than so many times what one does.",
            valueName: "factor"))
    var leastSyncFactor = 0.0

    @Option(
        help: ArgumentHelp(
            "A server that runs already, instead of one of its own.",
            discussion: """
                With --registration open, --network-rate 1000000 and --login-rate 1000000, and without TLS. A user of a \
                random name stays there. Memory and start are not measured.
                """, valueName: "url"))
    var server: String?

    func validate() throws {
        guard seconds > 0, (1...1_024).contains(connections), (0...1_000_000).contains(objects) else {
            throw ValidationError("--seconds is above 0, --connections 1 to 1024, --objects 0 to 1000000.")
        }
    }

    func run() throws {
        let bare = try StartedServer.bare()
        defer { bare.stop() }
        var report = BenchReport(seconds: seconds, connections: connections)
        if let server {
            try measureRequests(of: try ServerAddress(server), nil, bare: bare.address, into: &report)
        } else {
            try measureOwnServer(bare: bare.address, into: &report)
        }
        print(json ? try report.json : report.text)
        guard report.slowSyncFactor ?? .infinity >= leastSyncFactor else { throw ExitCode.failure }
    }

    private func measureOwnServer(bare: ServerAddress, into report: inout BenchReport) throws {
        let folder = try BenchFolder()
        defer { folder.remove() }
        var server = try StartedServer.keyStore(data: folder.path("data"))
        defer { server.stop() }
        try measureRequests(of: server.address, server, bare: bare, into: &report)
        if objects > 0 {
            let user = try BenchUser(at: server.address)
            var written = 0
            for count in Set([0, 1_000, objects]).sorted() where count <= objects {
                try user.write(objects: count - written)
                written = count
                report.passwordChanges.append(.init(objects: count, try user.changePassword(times: 3)))
            }
            report.memory = BenchReport.Memory(objects: objects, rssAnonAfterWriting: try server.rssAnon)
            server.stop()
            server = try StartedServer.keyStore(data: folder.path("data"))
            report.memory?.startMilliseconds = server.startMilliseconds
            report.memory?.rssAnonAfterStart = try server.rssAnon
        }
        if let syncShim {
            let slow = try StartedServer.keyStore(data: folder.path("slow"), preload: syncShim)
            defer { slow.stop() }
            let user = try BenchUser(at: slow.address)
            for count in [1, connections] {
                report.slowSyncWrites.append(
                    try Load(slow.address, connections: count, seconds: seconds).run(BenchRequests.writes(user)))
            }
            report.slowSyncFactor = report.slowSyncWrites[1].perSecond / report.slowSyncWrites[0].perSecond
        }
    }

    private func measureRequests(
        of address: ServerAddress, _ server: StartedServer?, bare: ServerAddress, into report: inout BenchReport
    ) throws {
        let user = try BenchUser(at: address)
        let names = try user.write(objects: 1_000)
        let (writes, reads) = (BenchRequests.writes(user), BenchRequests.reads(user, names: names))
        // What the bare server has routes for is compared with them.
        let (read, readFive) = (
            BenchRequests.reads(of: 1, user, names: names), BenchRequests.reads(of: 5, user, names: names)
        )
        let (batch, batchOfThree) = (BenchRequests.batches(of: 1, user), BenchRequests.batches(of: 3, user))
        let kinds: [(name: String, requests: BenchRequests, bare: BenchRequests)] = [
            ("durable 1-KiB writes", writes, writes),
            ("reads of 1 KiB", reads, reads),
            ("objects/read of 1", read, read),
            ("objects/read of 5", readFive, readFive),
            ("objects/batch of 1", batch, batch),
            ("objects/batch of 3", batchOfThree, batchOfThree),
            ("change feed, 100 rows", .changes(user), reads),
            ("sign-ins", .signIns(user), writes),
        ]
        for count in [1, connections] {
            for kind in kinds {
                let bareRate = try Load(bare, connections: count, seconds: seconds).run(kind.bare)
                let before = try server?.processorSeconds
                let rate = try Load(address, connections: count, seconds: seconds).run(kind.requests)
                let after = try server?.processorSeconds
                let spent = before.flatMap { before in after.map { $0 - before } }
                report.add(kind.name, rate, bare: bareRate, processorSeconds: spent)
            }
        }
    }
}
