import CloudMLSAPI
import Logging

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// How lines of the log look.
package enum LogFormat: String, Sendable, CaseIterable {
    /// For people.
    case text
    /// An object a line, for programs.
    case json

    func handler(label: String) -> any LogHandler {
        switch self {
        case .text: StreamLogHandler.standardError(label: label)
        case .json: JSONLogHandler(label: label)
        }
    }
}

/// Writes each message as one JSON object on one line of standard error.
struct JSONLogHandler: LogHandler {
    let label: String
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.notice

    init(label: String) { self.label = label }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = Array(Self.line(label: label, event: event, metadata: allMetadata(event)).utf8)
        // One call, so that lines of several threads do not mix.
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    static func line(label: String, event: LogEvent, metadata: Logger.Metadata) -> String {
        var fields = ["time": UTCTime(ServerClock.system.now).iso8601, "level": event.level.rawValue, "logger": label]
        fields["message"] = event.message.description
        if let error = event.error { fields["error"] = "\(error)" }
        // What a message comes with never hides what it is.
        for (key, value) in metadata where fields[key] == nil { fields[key] = value.description }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ((try? encoder.encode(fields)).map { String(decoding: $0, as: UTF8.self) } ?? "{}") + "\n"
    }

    private func allMetadata(_ event: LogEvent) -> Logger.Metadata {
        metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
    }
}
