import MLS
import MLSCodec
import MLSCrypto

/// Clients and groups that a driver works with line by line: the language of `cloudmls-bench peer`, which
/// `docs/interop.md` describes.
///
/// A command is done wholly or not at all: what is refused leaves the session as it was.
public struct PeerSession: Sendable {
    /// In seconds since 1970.
    let now: @Sendable () -> UInt64
    /// Whether suites are there that no registry has (`XWingProvider`).
    let allowsExperiments: Bool
    var clients: [String: PeerClient] = [:]
    var keyPackages: [String: PeerKeyPackage] = [:]
    var groups: [String: PeerGroup] = [:]

    /// - Parameters:
    ///   - now: the time in seconds since 1970, for the lifetimes of KeyPackages.
    ///   - allowsExperiments: whether cipher suites are there that no registry has.
    public init(now: @escaping @Sendable () -> UInt64, allowsExperiments: Bool = false) {
        self.now = now
        self.allowsExperiments = allowsExperiments
    }

    /// Does what a line says.
    ///
    /// - Returns: one line, without its end: `ok` and fields, or `error`, a code and a reason. `nil` for a line without a
    ///   command.
    public mutating func answer(to line: String) -> String? {
        do {
            guard let command = try PeerCommand(line: line) else { return nil }
            guard let verb = Self.verbs.first(where: { $0.name == command.verb }) else {
                throw PeerError(.usage, "there is no verb \(command.verb): help lists them")
            }
            try verb.check(command.arguments)
            var next = self
            let answer = try verb.run(&next, command.arguments)
            self = next
            return answer.line
        } catch let error as PeerError {
            return "error \(error.description)"
        } catch let error as MLSError {
            return "error \(error.description)"
        } catch let error as CryptoError {
            return "error \(error.description)"
        } catch let error as CodecError {
            return "error malformed: \(error.description)"
        } catch {
            return "error malformed: \(error)"
        }
    }

    /// All verbs with their arguments, for people.
    public static var manual: String { verbs.map(\.manual).joined(separator: "\n\n") }

    /// The names of all verbs.
    public static var verbNames: [String] { verbs.map(\.name) }
}
