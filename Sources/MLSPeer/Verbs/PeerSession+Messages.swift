import MLS
import MLSCodec

/// Application messages (RFC 9420 §6.3).
extension PeerSession {
    static let messageVerbs = [
        PeerVerb(
            "protect",
            [
                .required("group", "NAME"), .required("plaintext", "HEX"), .optional("aad", "HEX"),
                .optional("padding", "none|padme|N"), .optional("generation", "N"),
            ],
            "Encrypts application data, with the next generation or a later one. -> message"
        ) { try $0.protect($1) },
        PeerVerb(
            "unprotect", [.required("group", "NAME"), .required("message", "HEX")],
            "Reads an application message of this epoch or of one before it. -> plaintext aad epoch sender"
        ) { try $0.unprotect($1) },
    ]

    private mutating func protect(_ arguments: PeerArguments) throws -> PeerAnswer {
        var (name, peer) = try group(arguments)
        let generation = try peer.applicationGeneration(try arguments.optionalNumber("generation"))
        let message = try peer.group.encrypt(
            try arguments.bytes("plaintext"), generation: generation,
            authenticatedData: try arguments.optionalBytes("aad") ?? [], padding: try arguments.padding(),
            signer: try peer.signer.privateKey)
        groups[name] = peer
        var answer = PeerAnswer()
        answer.add("message", message.encoded)
        return answer
    }

    private func unprotect(_ arguments: PeerArguments) throws -> PeerAnswer {
        let peer = try group(arguments).group
        return Self.fields(of: try peer.read(try arguments.message("message")))
    }

    static func fields(of message: ApplicationMessage) -> PeerAnswer {
        var answer = PeerAnswer()
        answer.add("plaintext", message.data)
        answer.add("aad", message.authenticatedData)
        answer.add("epoch", message.epoch)
        answer.add("sender", message.sender.rawValue)
        return answer
    }
}
