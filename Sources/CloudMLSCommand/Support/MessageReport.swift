import CloudMLSAPI
import CloudMLSClient
import CommandSupport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// How messages are shown.
enum MessageReport {
    private struct Row: Encodable {
        /// `sealed`, `plain` or `undecryptable`.
        var kind: String
        var sender: String?
        var text: String?
        var reason: String?
        /// Seconds since 1970, by the sender's clock.
        var time: Double?

        init(_ content: ConversationMessage.Content) {
            switch content {
            case .sealed(let text, let sender):
                kind = "sealed"
                self.sender = sender.description
                self.text = text
            case .plain(let text):
                kind = "plain"
                self.text = text
            case .undecryptable(let reason):
                kind = "undecryptable"
                self.reason = reason
            }
        }

        var heading: String {
            switch kind {
            case "sealed": Terminal.safe(sender ?? "")
            case "plain": "NOT ENCRYPTED, by anybody"
            default: "cannot be decrypted: \(Terminal.safe(reason ?? ""))"
            }
        }
    }

    /// A heading for each message, and its text below, indented: a text cannot pass for a heading.
    static func write(_ page: Conversation.Page, json: Bool) throws {
        for problem in page.problems {
            Terminal.writeError("note: \(Terminal.safe(problem.message))\n")
        }
        let rows = page.messages.map { message in
            var row = Row(message.content)
            row.time = Double(message.time) / 1_000
            return row
        }
        if json { return try JSONOutput.write(["messages": rows]) }
        for row in rows {
            Terminal.writeOutput("\(date(row.time ?? 0))  \(row.heading)\n")
            guard let text = row.text else { continue }
            let shown = Terminal.safe(text, lines: true).split(separator: "\n", omittingEmptySubsequences: false)
            Terminal.writeOutput(shown.map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n") + "\n")
        }
    }

    /// One text that was decrypted, as it was before it was encrypted.
    static func write(decrypted content: ConversationMessage.Content, json: Bool) throws {
        switch content {
        case .sealed(let text, _):
            if json { return try JSONOutput.write(Row(content)) }
            Terminal.writeOutput(text)
        case .plain:
            throw CommandFailure(
                .badData, "the text is not encrypted: anybody may have written it",
                advice: "give the whole text, from `cloudmls1:` on.")
        case .undecryptable(let reason):
            throw CommandFailure(
                .badData, "the text cannot be decrypted: \(reason)",
                advice: "check that the whole text was given, and that you were a member when it was sent.")
        }
    }

    /// In local time; by the clock of whoever sent it.
    private static func date(_ seconds: Double) -> String {
        var time = time_t(clamping: Int64(min(max(seconds, 0), 253_402_300_799)))
        var parts = tm()
        guard localtime_r(&time, &parts) != nil else { return "?" }
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(parts.tm_year + 1_900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
        return "\(day) \(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))"
    }
}
