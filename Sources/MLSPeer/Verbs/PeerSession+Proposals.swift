import MLS
import MLSCodec

/// Proposals (RFC 9420 §12.1), from members and from outside.
extension PeerSession {
    private static let contents: [PeerVerb.Parameter] = [
        .optional("key-package", "HEX"), .optional("leaf", "N"), .optional("psk", "KEY"), .optional("group-id", "HEX"),
        .optional("suite", "N"), .optional("version", "N"), .optional("extensions", "N:HEX,…"),
        .optional("custom", "N:HEX"),
    ]

    static let proposalVerbs = [
        PeerVerb(
            "propose",
            [
                .required("group", "NAME"),
                .required("type", "add|update|remove|psk|reinit|extensions|self-remove|custom"),
            ]
                + contents + [
                    .optional("identity", "HEX"), .optional("new-signature-key", "yes|no"),
                    .optional("leaf-extensions", "N:HEX,…"), .optional("framing", "public|private"),
                    .optional("aad", "HEX"),
                ],
            "A member's proposal. add takes key-package; update what changes beside the key: identity, "
                + "new-signature-key, leaf-extensions; remove leaf; psk psk; reinit group-id, suite, version, extensions; "
                + "extensions extensions; custom custom. self-remove is always public. -> message reference"
        ) { try $0.propose($1) },
        PeerVerb(
            "propose-external",
            [
                .required("client", "NAME"), .required("sender-index", "N"), .required("of-group", "HEX"),
                .required("epoch", "N"), .required("type", "add|remove|psk|reinit|extensions|custom"),
            ] + contents + [.optional("aad", "HEX")],
            "A proposal of an external sender to the group of this id, in the public. -> message"
        ) { try $0.proposeExternally($1) },
        PeerVerb(
            "propose-self",
            [
                .required("key-package", "NAME"), .required("of-group", "HEX"), .required("epoch", "N"),
                .optional("aad", "HEX"),
            ],
            "A client's proposal to add itself, in the public; who commits it admits it. -> message"
        ) { try $0.proposeSelf($1) },
    ]

    private mutating func propose(_ arguments: PeerArguments) throws -> PeerAnswer {
        var (name, peer) = try group(arguments)
        let signer = try peer.signer.privateKey
        let data = try arguments.optionalBytes("aad") ?? []
        let type = try arguments.text("type")
        let update = type == "update" ? try leafUpdate(arguments, provider: peer.group.provider) : nil
        let framing = peer.framing(isPublic: try type == "self-remove" || arguments.isPublic())
        let policy = policy
        let message = try peer.update(newSigner: update?.signer) { group in
            switch type {
            case "add":
                try group.proposeAdd(
                    try arguments.keyPackage("key-package"), policy: policy, framing: framing, signer: signer,
                    authenticatedData: data)
            case "update":
                try group.proposeUpdate(
                    update ?? LeafUpdate(), framing: framing, signer: signer, authenticatedData: data)
            case "remove":
                try group.proposeRemove(
                    try arguments.leaf("leaf"), framing: framing, signer: signer, authenticatedData: data)
            case "psk":
                try group.proposePreSharedKey(
                    try arguments.preSharedKey("psk"), framing: framing, signer: signer, authenticatedData: data)
            case "reinit":
                try group.proposeReInit(
                    try arguments.reInit(), framing: framing, signer: signer, authenticatedData: data)
            case "extensions":
                try group.proposeExtensions(
                    try arguments.extensions("extensions") ?? [], framing: framing, signer: signer,
                    authenticatedData: data)
            case "self-remove":
                try group.proposeSelfRemove(signer: signer, authenticatedData: data)
            case "custom":
                try group.proposeCustom(
                    try arguments.customProposal("custom"), framing: framing, signer: signer, authenticatedData: data)
            default:
                throw PeerError(.usage, "there is no proposal of type \(type)")
            }
        }
        groups[name] = peer
        var answer = PeerAnswer()
        answer.add("message", message.encoded)
        answer.add("reference", peer.group.pendingProposals.last?.reference.bytes)
        return answer
    }

    private func proposeExternally(_ arguments: PeerArguments) throws -> PeerAnswer {
        let client = try client(arguments).client
        let message = try MLSMessage.externalProposal(
            try proposal(arguments, provider: client.provider), groupID: try arguments.bytes("of-group"),
            epoch: try arguments.number("epoch"), senderIndex: try arguments.number("sender-index"),
            signer: client.signer.privateKey, authenticatedData: try arguments.optionalBytes("aad") ?? [],
            provider: client.provider)
        var answer = PeerAnswer()
        answer.add("message", message.encoded)
        return answer
    }

    private func proposal(_ arguments: PeerArguments, provider: any CipherSuiteProvider) throws -> Proposal {
        switch try arguments.text("type") {
        case "add": return .add(try arguments.keyPackage("key-package"))
        case "remove": return .remove(try arguments.leaf("leaf"))
        case "psk":
            return .preSharedKey(
                PreSharedKeyID(
                    key: try arguments.preSharedKey("psk"), nonce: provider.random(provider.hashLength).bytes))
        case "reinit": return .reInit(try arguments.reInit())
        case "extensions": return .groupContextExtensions(try arguments.extensions("extensions") ?? [])
        case "custom": return .custom(try arguments.customProposal("custom"))
        case let type: throw PeerError(.usage, "external senders have no proposal of type \(type)")
        }
    }

    private func proposeSelf(_ arguments: PeerArguments) throws -> PeerAnswer {
        let own = try keyPackage(arguments).keyPackage
        let client = try client(own.client)
        let message = try MLSMessage.newMemberProposal(
            own.keyPackage, groupID: try arguments.bytes("of-group"), epoch: try arguments.number("epoch"),
            signer: client.signer.privateKey, authenticatedData: try arguments.optionalBytes("aad") ?? [],
            provider: client.provider)
        var answer = PeerAnswer()
        answer.add("message", message.encoded)
        return answer
    }

    /// What of the own leaf changes, by `identity`, `new-signature-key` and `leaf-extensions`; `nil` if nothing does.
    func leafUpdate(_ arguments: PeerArguments, provider: any CipherSuiteProvider) throws -> LeafUpdate? {
        let update = LeafUpdate(
            signer: try arguments.flag("new-signature-key") ? try provider.generateSignatureKeyPair() : nil,
            credential: try arguments.optionalBytes("identity").map { .basic(identity: $0) },
            extensions: try arguments.extensions("leaf-extensions"))
        return update == LeafUpdate() ? nil : update
    }
}
