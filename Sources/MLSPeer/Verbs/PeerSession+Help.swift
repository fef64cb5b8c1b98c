import MLS

extension PeerSession {
    /// In the order of the manual.
    static let verbs: [PeerVerb] =
        clientVerbs + groupVerbs + joiningVerbs + proposalVerbs + commitVerbs + messageVerbs + successorVerbs
        + helpVerbs

    private static let helpVerbs = [
        PeerVerb(
            "help", [.optional("verb", "VERB")],
            "What there is; for a verb, the arguments that it takes. -> verbs suites, or required optional"
        ) { try $0.help($1) }
    ]

    private func help(_ arguments: PeerArguments) throws -> PeerAnswer {
        var answer = PeerAnswer()
        guard arguments.has("verb") else {
            answer.add("verbs", list: Self.verbs.map(\.name))
            answer.add("suites", list: supportedCipherSuites.map { String($0.rawValue) })
            return answer
        }
        let name = try arguments.text("verb")
        guard let verb = Self.verbs.first(where: { $0.name == name }) else {
            throw PeerError(.usage, "there is no verb \(name): help lists them")
        }
        answer.add("required", list: verb.parameters.filter(\.isRequired).map(\.name))
        answer.add("optional", list: verb.parameters.filter { !$0.isRequired }.map(\.name))
        return answer
    }
}
