import ArgumentParser
import CloudMLSClient
import CommandSupport
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// For tests: stops the program at points of its operations (docs/consistency.md), so that it can be killed there. Not
/// shown in any help.
struct PointOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Stop at this point, such as CommitMachine.post:before:1.", visibility: .private))
    var pauseAt: [Pause] = []
    @Option(help: ArgumentHelp("Write the points that are passed to a file.", visibility: .private))
    var tracePoints: String?

    struct Pause: ExpressibleByArgument {
        var point: OperationPoint
        /// Which time the point is passed, from 1.
        var number: Int

        init?(argument: String) {
            let parts = argument.split(separator: ":").map(String.init)
            guard parts.count == 3, let moment = OperationPoint.Moment(rawValue: parts[1]), let number = Int(parts[2]),
                OperationCatalogue.actions.values.contains(where: { $0.contains(parts[0]) })
            else { return nil }
            point = OperationPoint(action: parts[0], moment)
            self.number = number
        }
    }

    /// Nil where nothing is asked for.
    var observer: (@Sendable (OperationPoint) -> Void)? {
        guard !pauseAt.isEmpty || tracePoints != nil else { return nil }
        let watch = PointWatch(pauseAt, trace: tracePoints)
        return { watch.pass($0) }
    }
}

/// Counts the points that are passed. It says their names and nothing of what happens there.
private final class PointWatch: Sendable {
    private let pauses: [PointOptions.Pause]
    private let trace: Int32?
    private let passed = Mutex<[OperationPoint: Int]>([:])

    init(_ pauses: [PointOptions.Pause], trace path: String?) {
        self.pauses = pauses
        trace = path.map { open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) }
    }

    deinit {
        if let trace { close(trace) }
    }

    func pass(_ point: OperationPoint) {
        let number = passed.withLock { passed in
            passed[point, default: 0] += 1
            return passed[point] ?? 0
        }
        let name = "\(point.name):\(number)"
        if let trace { Terminal.write(Array("\(name)\n".utf8), to: trace) }
        guard pauses.contains(where: { $0.point == point && $0.number == number }) else { return }
        Terminal.writeError("paused at \(name)\n")
        raise(SIGSTOP)
    }
}
