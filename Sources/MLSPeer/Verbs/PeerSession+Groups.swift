import MLS
import MLSCodec

/// Groups: how they begin, what they are, and how they are left behind.
extension PeerSession {
    static let groupVerbs = [
        PeerVerb(
            "create",
            [
                .required("client", "NAME"), .required("as", "NAME"), .optional("group-id", "HEX"),
                .optional("lifetime", "SECONDS"), .optional("extensions", "N:HEX,…"),
                .optional("leaf-extensions", "N:HEX,…"),
            ],
            "Creates a group of one member. -> the fields of state"
        ) { try $0.createGroup($1) },
        PeerVerb(
            "group-info",
            [
                .required("group", "NAME"), .optional("external-pub", "yes|no"), .optional("tree", "yes|no"),
                .optional("extensions", "N:HEX,…"),
            ],
            "A GroupInfo, with external_pub and ratchet_tree unless told otherwise. -> group-info [ratchet-tree]"
        ) { try $0.groupInfo($1) },
        PeerVerb(
            "state", [.required("group", "NAME")],
            "-> group-id epoch suite leaf members epoch-authenticator tree-hash confirmed-transcript-hash pending "
                + "staged removed reinit"
        ) { try $0.state($1) },
        PeerVerb(
            "export",
            [
                .required("group", "NAME"), .required("label", "HEX"), .required("context", "HEX"),
                .required("length", "N"),
            ],
            "MLS-Exporter; the label's bytes are UTF-8. -> secret"
        ) { try $0.export($1) },
        PeerVerb(
            "forget", [.optional("client", "NAME"), .optional("key-package", "NAME"), .optional("group", "NAME")],
            "Forgets something, so that its name is free. ->"
        ) { try $0.forget($1) },
    ]

    private mutating func createGroup(_ arguments: PeerArguments) throws -> PeerAnswer {
        let (owner, client) = try client(arguments)
        let name = try newName(arguments, in: groups)
        let groupID = try arguments.optionalBytes("group-id") ?? client.provider.random(16).bytes
        let group = try Group.create(
            groupID: groupID, provider: client.provider, credential: client.credential, signer: client.signer,
            capabilities: client.capabilities, lifetime: try lifetime(arguments),
            leafExtensions: try arguments.extensions("leaf-extensions") ?? [],
            extensions: try arguments.extensions("extensions") ?? [], settings: client.settings)
        add(PeerGroup(group, client: owner, signer: client.signer), as: name)
        return Self.state(of: PeerGroup(group, client: owner, signer: client.signer))
    }

    private func groupInfo(_ arguments: PeerArguments) throws -> PeerAnswer {
        let group = try group(arguments).group
        let includesTree = try arguments.flag("tree", default: true)
        let info = try group.group.groupInfo(
            includesRatchetTree: includesTree,
            includesExternalPub: try arguments.flag("external-pub", default: true),
            extensions: try arguments.extensions("extensions") ?? [], signer: try group.signer.privateKey)
        var answer = PeerAnswer()
        answer.add("group-info", MLSMessage.groupInfo(info).encoded)
        answer.add("ratchet-tree", includesTree ? nil : group.group.ratchetTree)
        return answer
    }

    private func state(_ arguments: PeerArguments) throws -> PeerAnswer {
        Self.state(of: try group(arguments).group)
    }

    static func state(of peer: PeerGroup) -> PeerAnswer {
        let group = peer.group
        var answer = PeerAnswer()
        answer.add("group-id", group.groupID)
        answer.add("epoch", group.epoch)
        answer.add("suite", group.cipherSuite.rawValue)
        answer.add("leaf", group.ownLeafIndex.rawValue)
        answer.add("members", list: group.members.map { String($0.leafIndex.rawValue) })
        answer.add("epoch-authenticator", group.epochAuthenticator.bytes)
        answer.add("tree-hash", group.context.treeHash)
        answer.add("confirmed-transcript-hash", group.context.confirmedTranscriptHash)
        answer.add("pending", list: group.pendingProposals.map { Hexadecimal.digits($0.reference.bytes) })
        answer.add("staged", peer.staged != nil)
        answer.add("removed", group.isRemoved)
        answer.add("reinit", group.reInit != nil)
        return answer
    }

    private func export(_ arguments: PeerArguments) throws -> PeerAnswer {
        let group = try group(arguments).group.group
        guard let label = String(validating: try arguments.bytes("label"), as: UTF8.self) else {
            throw PeerError(.usage, "label is not UTF-8")
        }
        let secret = try group.exportSecret(
            label: label, context: try arguments.bytes("context"),
            length: Int(try arguments.number("length", UInt16.self)))
        var answer = PeerAnswer()
        answer.add("secret", secret.bytes)
        return answer
    }

    private mutating func forget(_ arguments: PeerArguments) throws -> PeerAnswer {
        guard !arguments.names.isEmpty else { throw PeerError(.usage, "client=, key-package= or group= is missing") }
        if arguments.has("client") { clients[try client(arguments).name] = nil }
        if arguments.has("key-package") { keyPackages[try keyPackage(arguments).name] = nil }
        if arguments.has("group") { groups[try group(arguments).name] = nil }
        return PeerAnswer()
    }
}
