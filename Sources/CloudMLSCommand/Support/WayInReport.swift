import CloudMLSClient
import CommandSupport
import KeyHierarchy

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// How a way in is shown.
struct WayInReport: Encodable {
    /// In hexadecimal.
    var id: String
    /// `password`, `recovery` or `device`.
    var kind: String
    var name: String
    /// Seconds since 1970.
    var added: UInt64?
    var worksAtKeyStore: Bool
    var worksAtAuthDelivery: Bool
    var isThisDevice: Bool

    init(_ way: WayInSummary) {
        id = way.id
        kind = way.kind.name
        name = way.name
        added = way.added
        worksAtKeyStore = way.worksAtKeyStore
        worksAtAuthDelivery = way.worksAtAuthDelivery
        isThisDevice = way.isThisDevice
    }

    var line: String {
        var words = [String(id.prefix(8)), kind]
        if !name.isEmpty { words.append("\"\(name)\"") }
        if let added { words.append("since \(Self.day(added))") }
        if isThisDevice { words.append("(this device)") }
        switch (worksAtKeyStore, worksAtAuthDelivery) {
        case (true, true): break
        case (true, false): words.append("DOES NOT WORK: only at the key store")
        case (false, true): words.append("DOES NOT WORK: only at the auth-delivery server")
        case (false, false): words.append("DOES NOT WORK: signs in nowhere")
        }
        return Terminal.safe(words.joined(separator: "  ")) + "\n"
    }

    /// In local time.
    static func day(_ seconds: UInt64) -> String {
        var time = time_t(clamping: min(seconds, 253_402_300_799))
        var parts = tm()
        guard localtime_r(&time, &parts) != nil else { return "?" }
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1_900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
    }
}
