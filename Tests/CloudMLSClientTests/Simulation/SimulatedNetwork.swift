import CloudMLSAPI
import CloudMLSClient

/// Where every call of every device waits until the schedule decides what becomes of it.
///
/// Everything happens on the thread that drives the simulation; nothing here is guarded.
final class SimulatedNetwork: @unchecked Sendable {
    private(set) var exchanges: [Exchange] = []
    /// Calls of devices that were switched off: they are ended after the run, so that their tasks do not stay for ever.
    private var abandoned: [Exchange] = []
    private var isOver = false
    private var count = 0
    /// Until when a server is away.
    var away: [ServerName: UInt64] = [:]
    /// Seconds since 1970, for everybody.
    var now: UInt64 = 1_800_000_000

    /// What was said by the server that answers a poll before there is something to say.
    private final class Box<Answer: Sendable>: @unchecked Sendable {
        var result: Result<Answer, any Error>?
    }

    /// Parks a call until the schedule has let its answer, or an error, arrive.
    func exchange<Answer: Sendable>(
        _ device: SimulatedDevice, life: Int, _ server: ServerName, _ what: String,
        _ call: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        guard !isOver, life == device.life else { throw Abandoned() }
        let box = Box<Answer>()
        return try await withUnsafeThrowingContinuation { continuation in
            count += 1
            exchanges.append(
                Exchange(
                    number: count, device: device, life: life, server: server, what: what,
                    perform: {
                        do {
                            let answer = try await call()
                            box.result = .success(answer)
                            guard let page = answer as? InboxPage, what.hasSuffix("waiting") else { return true }
                            return !page.entries.isEmpty
                        } catch {
                            box.result = .failure(error)
                            return true
                        }
                    },
                    outcome: {
                        switch box.result {
                        case .success(let answer): Self.describe(answer)
                        case .failure(let error as ClientError): "\(error.code)"
                        case .failure(let error): "\(error)"
                        case nil: "nothing"
                        }
                    },
                    end: { error in
                        guard error == nil, let result = box.result else {
                            return continuation.resume(throwing: error ?? Abandoned())
                        }
                        continuation.resume(with: result)
                    }))
        }
    }

    private static func describe(_ answer: some Any) -> String {
        switch answer {
        case let page as InboxPage: "\(page.entries.count) entries"
        case let page as LogPage: "\(page.entries.count) entries"
        case let result as PostResult: "accepted as \(result.sequence), epoch \(result.epoch)"
        case let response as VoidResponse: response.accepted == nil ? "void" : "accepted before"
        case let response as KeyPackageClaimResponse: "\(response.keyPackages.count) KeyPackages"
        case let revisions as [UInt64]: "written, revisions \(revisions.map { "\($0)" }.joined(separator: " "))"
        case let objects as [StoredObject]: "\(objects.count { $0.revision > 0 }) of \(objects.count) objects"
        case let anchor as StoredAnchor?: "revision \(anchor?.revision ?? 0)"
        default: "done"
        }
    }

    func isAway(_ server: ServerName) -> Bool { away[server].map { $0 > now } ?? false }

    func remove(_ exchange: Exchange) { exchanges.removeAll { $0 === exchange } }

    /// Sends the same request a second time; it may arrive at any later moment.
    func duplicate(_ exchange: Exchange) {
        count += 1
        exchanges.append(exchange.copy(number: count))
    }

    /// Switches a device off at whatever it is waiting for. Requests on their way may arrive.
    ///
    /// - Parameter arrives: whether a request stays on its way.
    func abandon(_ device: SimulatedDevice, arrives: (Exchange) -> Bool) {
        for exchange in exchanges where exchange.device === device && !exchange.isOrphan {
            remove(exchange)
            abandoned.append(exchange)
            if case .request = exchange.phase, arrives(exchange) { duplicate(exchange) }
        }
    }

    /// What every call in flight to a server meets when it stops.
    func cut(_ server: ServerName) {
        for exchange in exchanges where exchange.server == server {
            remove(exchange)
            if !exchange.isOrphan { exchange.end(Self.failure) }
        }
    }

    /// Ends all tasks that still wait.
    func end() {
        isOver = true
        for exchange in abandoned + exchanges where !exchange.isOrphan { exchange.end(Abandoned()) }
        abandoned = []
        exchanges = []
    }

    static var failure: ClientError { ClientError(.notReachable, "The simulated network lost it.") }
}

/// A device's way to one server, in one of the device's lives.
struct SimulatedConnection: Connection {
    let device: SimulatedDevice
    let life: Int
    let server: ServerName

    func carry<Answer: Sendable>(
        _ what: String, _ call: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        let name = what.contains("(") ? String(what.prefix { $0 != "(" }) : what
        guard let sabotage = device.sabotage else { return try await exchange(name, call) }
        return try await sabotage.carry(name, on: self, call)
    }

    /// The call itself, as it stands.
    func exchange<Answer: Sendable>(
        _ name: String, _ call: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        try await device.network.exchange(device, life: life, server, name, call)
    }
}
