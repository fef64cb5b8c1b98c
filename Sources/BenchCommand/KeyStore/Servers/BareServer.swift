import ArgumentParser
import Foundation
import Hummingbird
import Logging
import NIOCore

/// `cloudmls-bench bare-server`: routes that do nothing, on the HTTP library that the servers use, with as many threads.
/// What the library itself costs is measured against it.
struct BareServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bare-server", abstract: "What the other commands compare with.", shouldDisplay: false)

    func run() async throws {
        NIOSingletons.groupLoopCountSuggestion = 2
        NIOSingletons.blockingPoolThreadCountSuggestion = 2
        let router = Router()
        let object = ByteBuffer(bytes: BenchRequests.body)
        router.get("/v1/objects/:name") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/octet-stream"],
                body: ResponseBody(byteBuffer: object))
        }
        router.put("/v1/objects/:name") { request, _ in
            _ = try await request.body.collect(upTo: 4 << 20)
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"revision":1}"#)))
        }
        router.post("/v1/objects/read") { request, _ in
            // A KiB for each name, which takes 47 bytes in JSON.
            let names = try await request.body.collect(upTo: 1 << 20).readableBytes / 47
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(repeating: 0x20, count: names * BenchRequests.body.count)))
        }
        router.post("/v1/objects/batch") { request, _ in
            _ = try await request.body.collect(upTo: 4 << 20)
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"revisions":[1]}"#)))
        }
        var logger = Logger(label: "bare-server")
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                let line = "listens on http://127.0.0.1:\(channel.localAddress?.port ?? 0)\n"
                FileHandle.standardOutput.write(Data(line.utf8))
            }, logger: logger)
        try await application.runService()
    }
}
