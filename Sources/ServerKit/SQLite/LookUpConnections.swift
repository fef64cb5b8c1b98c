import GRDB
import Synchronization

/// Connections for reads that touch a few rows, on the thread that asks.
///
/// None is ever held by a task that waits for a thread to go on: who takes one gives it back before anything else can
/// happen on its thread. So there are never more in use than there are threads, and nobody waits for one. A
/// `DatabasePool` takes locks and asks for the schema's version around each read, which shows beside reads as small as
/// these.
final class LookUpConnections: Sendable {
    /// As many threads as commonly ask at once. More connections than that are closed again.
    private static let maximumIdle = 4

    private struct State {
        var idle: [DatabaseQueue] = []
        var isClosed = false
    }

    private let path: String
    private let configuration: Configuration
    private let state = Mutex(State())

    /// - Throws: `DatabaseError` where the first connection cannot be opened.
    init(path: String, configuration: Configuration) throws {
        var configuration = configuration
        configuration.readonly = true
        self.path = path
        self.configuration = configuration
        let first = try open()
        state.withLock { $0.idle.append(first) }
    }

    /// Runs statements each of which sees a state of its own: a transaction around them would cost as much as they do.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let connection = try state.withLock { $0.idle.popLast() } ?? open()
        defer {
            state.withLock { state in
                if !state.isClosed, state.idle.count < Self.maximumIdle { state.idle.append(connection) }
            }
        }
        return try connection.unsafeRead(body)
    }

    /// Closes the connections that nobody uses at the moment; the others close when they are given back.
    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        for connection in idle { try? connection.close() }
    }

    private func open() throws -> DatabaseQueue { try DatabaseQueue(path: path, configuration: configuration) }
}
