import Foundation
import TestSupport

/// What is known of a soak while it runs: what was sent, who must be able to read it, and what went wrong.
actor SoakRecord {
    struct SentText: Sendable {
        var text: String
        var group: String
        /// Who was in the group from before it was sent on, and was never asked to go.
        var readers: Set<String>
    }

    /// A group's chat and who is surely in it since when; nobody who was ever removed or left.
    private var steady: [String: Set<String>] = [:]
    private var unsteady: [String: Set<String>] = [:]
    private(set) var sent: [SentText] = []
    private var shown: [String: [String: Int]] = [:]
    private(set) var faults: [String] = []
    /// How many commands ended with which status.
    private(set) var statuses: [Int32: Int] = [:]
    private(set) var kills: [String: Int] = [:]
    /// A user's passwords: the one that was set, and one that may have been set since.
    private var passwords: [String: [String]] = [:]

    var groups: [String] { steady.keys.sorted() }

    func note(_ fault: String) {
        faults.append(fault)
        tell("soak: FAULT: \(fault)")
    }

    func count(_ status: Int32) { statuses[status, default: 0] += 1 }
    func countKill(_ victim: String) { kills[victim, default: 0] += 1 }

    // MARK: Groups

    func groupsWith(_ user: String) -> [String] { groups.filter { steady[$0]?.contains(user) == true } }
    func added(_ users: [String], to group: String) {
        steady[group, default: []].formUnion(Set(users).subtracting(unsteady[group] ?? []))
    }

    /// Whoever was asked to go may or may not be there from now on.
    func goes(_ user: String, from group: String) {
        unsteady[group, default: []].insert(user)
        steady[group]?.remove(user)
    }

    // MARK: Messages

    func readers(in group: String) -> Set<String> { steady[group] ?? [] }
    func sent(_ text: String, in group: String, readers: Set<String>) {
        sent.append(SentText(text: text, group: group, readers: readers))
    }

    /// What a `read` that ended well showed.
    func shown(_ texts: [String], on device: String) {
        for text in texts {
            shown[device, default: [:]][text, default: 0] += 1
            if shown[device]?[text] == 2 { note("\(device) showed \"\(text)\" twice") }
        }
    }

    // MARK: Passwords

    func candidates(_ user: String) -> [String] { passwords[user] ?? [World.password(of: user)] }
    func begins(_ password: String, of user: String) { passwords[user] = candidates(user).prefix(1) + [password] }
    func finished(_ password: String, of user: String) { passwords[user] = [password] }

    var progress: String {
        let byStatus = statuses.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
        let killed = kills.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
        return """
            \(groups.count) groups, \(sent.count) messages sent; commands by exit status: \(byStatus); \
            killed: \(killed); faults: \(faults.count)
            """
    }
}
