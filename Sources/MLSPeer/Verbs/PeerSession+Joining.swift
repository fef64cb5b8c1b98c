import MLS
import MLSCodec

/// How clients get into groups that others made.
extension PeerSession {
    static let joiningVerbs = [
        PeerVerb(
            "join",
            [
                .required("key-package", "NAME"), .required("as", "NAME"), .required("welcome", "HEX"),
                .optional("ratchet-tree", "HEX"), .optional("continues", "NAME"),
            ],
            "Joins by a Welcome for this KeyPackage, which is used up; into the group that continues another one, after a "
                + "ReInit or as a branch. -> the fields of state"
        ) { try $0.join($1) },
        PeerVerb(
            "external-join",
            [
                .required("client", "NAME"), .required("as", "NAME"), .required("group-info", "HEX"),
                .optional("ratchet-tree", "HEX"), .optional("replacing", "LEAF"), .optional("psk", "KEY,…"),
                .optional("self-removes", "HEX,…"), .optional("leaf-extensions", "N:HEX,…"), .optional("aad", "HEX"),
            ],
            "Joins by an external commit; where the group does not take that, forget it. -> commit, the fields of state"
        ) { try $0.joinExternally($1) },
    ]

    private mutating func join(_ arguments: PeerArguments) throws -> PeerAnswer {
        let (used, own) = try keyPackage(arguments)
        let client = try client(own.client)
        let name = try newName(arguments, in: groups)
        let previous = arguments.has("continues") ? try group(arguments, "continues").group.group : nil
        let joined = try Group.join(
            try arguments.welcome("welcome"), keyPackage: own.keyPackage, privateKeys: own.privateKeys,
            ratchetTree: try arguments.optionalBytes("ratchet-tree"), preSharedKeys: client.preSharedKeys,
            continuing: previous, settings: client.settings, provider: client.provider)
        keyPackages[used] = nil
        let group = PeerGroup(joined, client: own.client, signer: client.signer)
        add(group, as: name)
        return Self.state(of: group)
    }

    private mutating func joinExternally(_ arguments: PeerArguments) throws -> PeerAnswer {
        let (owner, client) = try client(arguments)
        let name = try newName(arguments, in: groups)
        let request = ExternalJoinRequest(
            credential: client.credential, signer: client.signer, capabilities: client.capabilities,
            leafExtensions: try arguments.extensions("leaf-extensions") ?? [],
            replacing: arguments.has("replacing") ? try arguments.leaf("replacing") : nil,
            selfRemoves: try arguments.messages("self-removes"), injecting: try arguments.preSharedKeys("psk"),
            preSharedKeys: client.preSharedKeys, ratchetTree: try arguments.optionalBytes("ratchet-tree"),
            authenticatedData: try arguments.optionalBytes("aad") ?? [])
        let staged = try Group.stageExternalJoin(
            try arguments.groupInfo("group-info"), request, settings: client.settings, provider: client.provider)
        let group = PeerGroup(staged.merged, client: owner, signer: client.signer)
        add(group, as: name)
        var answer = PeerAnswer()
        answer.add("commit", staged.message.encoded)
        answer.add(contentsOf: Self.state(of: group))
        return answer
    }
}
