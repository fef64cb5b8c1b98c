/// Takes a stream of server-sent events apart (WHATWG HTML §9.2.6), as far as it has names and data.
package struct ServerSentEvents {
    package struct Event: Sendable, Equatable {
        /// `message` where the stream gives none.
        package var name: String
        package var data: String

        package init(name: String, data: String) {
            self.name = name
            self.data = data
        }
    }

    /// Longer lines are an error: what this project's servers send is a fraction of it.
    private static let maximumLine = 64 << 10

    private var line: [UInt8] = []
    private var endedWithReturn = false
    private var name = ""
    private var data: [String] = []

    package init() {}

    /// The events that end in these bytes.
    /// - Throws: `ClientError` with `malformedAnswer`.
    package mutating func take(_ bytes: some Sequence<UInt8>) throws -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            let isReturn = byte == UInt8(ascii: "\r")
            let isFeed = byte == UInt8(ascii: "\n")
            defer { endedWithReturn = isReturn }
            // A line feed after a return belongs to it.
            if isFeed, endedWithReturn { continue }
            guard isReturn || isFeed else {
                line.append(byte)
                guard line.count <= Self.maximumLine else {
                    throw ClientError(.malformedAnswer, "A line of the event stream is too long.")
                }
                continue
            }
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    private mutating func endLine() -> Event? {
        defer { line = [] }
        guard !line.isEmpty else {
            defer { (name, data) = ("", []) }
            guard !data.isEmpty else { return nil }
            return Event(name: name.isEmpty ? "message" : name, data: data.joined(separator: "\n"))
        }
        let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
        if value.first == " " { value.removeFirst() }
        switch String(decoding: parts[0], as: UTF8.self) {
        case "event": name = value
        case "data": data.append(value)
        // Comments, and fields that are not used here.
        default: break
        }
        return nil
    }
}
