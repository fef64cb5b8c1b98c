import ArgumentParser
import Foundation
import MLSPeer

/// `cloudmls-bench peer`.
struct Peer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer",
        abstract: "Lets another program drive this MLS library: a command a line on standard input, an answer a line.",
        discussion: """
            A command is a verb and arguments: verb name=value name=value. Bytes are hexadecimal digits, and MLS messages \
            are MLSMessages (RFC 9420, section 6). NAMEs of clients, KeyPackages and groups are the driver's to choose. An \
            answer is "ok" and fields, or "error", a code and a reason; what is refused changes nothing. Empty lines, and \
            lines that begin with #, have no answer. It ends with its input.

            The verbs: \(PeerSession.verbNames.joined(separator: ", ")). --verbs prints what they take and answer, and \
            docs/interop.md explains them.

            Example:
              { echo "client as=alice suite=1"; echo "create client=alice as=g"
                echo "protect group=g plaintext=6869"; } | cloudmls-bench peer
            """)

    @Flag(help: "Print what the verbs take and answer, and end.")
    var verbs = false

    @Flag(help: "Have experimental cipher suites too: 62586, with the post-quantum X-Wing.")
    var experiments = false

    func run() {
        if verbs {
            Output.write(PeerSession.manual + "\n")
            return
        }
        var session = PeerSession(
            now: { UInt64(max(0, Date().timeIntervalSince1970)) }, allowsExperiments: experiments)
        while let line = readLine() {
            if let answer = session.answer(to: line) { Output.write(answer + "\n") }
        }
    }
}
