import MLSPeer
import Synchronization
import Testing

/// Several sessions that know of each other only what the driver carries from one to the other, as with processes.
struct PeerDriver {
    /// The verbs that were used with success.
    final class Recorder: Sendable {
        let verbs = Mutex<Set<String>>([])
    }

    @TaskLocal static var recorder: Recorder?

    private(set) var sessions: [PeerSession]

    init(_ count: Int, allowsExperiments: Bool = false) {
        sessions = (0..<count).map { _ in
            PeerSession(now: { 1_800_000_000 }, allowsExperiments: allowsExperiments)
        }
    }

    /// The fields of an answer that must be `ok`.
    @discardableResult
    mutating func ok(
        _ session: Int, _ line: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [String: String] {
        let given = sessions[session].answer(to: line)
        let answer = try #require(given, sourceLocation: sourceLocation)
        let words = answer.split(separator: " ")
        try #require(words.first == "ok", "\(line.prefix(100)): \(answer)", sourceLocation: sourceLocation)
        if let verb = line.split(separator: " ").first {
            Self.recorder?.verbs.withLock { _ = $0.insert(String(verb)) }
        }
        var fields: [String: String] = [:]
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            fields[String(parts[0])] = try #require(parts.last, sourceLocation: sourceLocation).description
        }
        return fields
    }

    /// One field of an answer that must be `ok`.
    mutating func ok(
        _ session: Int, _ line: String, _ field: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        try #require(try ok(session, line, sourceLocation: sourceLocation)[field], sourceLocation: sourceLocation)
    }

    /// The code and reason of an answer that must be `error`; the session is as it was.
    mutating func error(
        _ session: Int, _ line: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        let given = sessions[session].answer(to: line)
        let answer = try #require(given, sourceLocation: sourceLocation)
        try #require(answer.hasPrefix("error "), "\(line.prefix(100)): \(answer)", sourceLocation: sourceLocation)
        #expect(!answer.contains("\n"), sourceLocation: sourceLocation)
        return String(answer.dropFirst("error ".count))
    }
}
