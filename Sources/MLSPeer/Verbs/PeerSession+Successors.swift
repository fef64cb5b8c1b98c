import MLS
import MLSCodec

/// Groups that continue others (RFC 9420 §11.2, §11.3).
extension PeerSession {
    static let successorVerbs = [
        PeerVerb(
            "reinitialize",
            [
                .required("group", "NAME"), .required("client", "NAME"), .required("as", "NAME"),
                .required("add", "HEX,…"), .optional("tree", "yes|no"), .optional("lifetime", "SECONDS"),
            ],
            "Makes the group that a committed ReInit asked for, with a client of its suite and KeyPackages of all other "
                + "members. -> welcome [ratchet-tree], the fields of state"
        ) { try $0.reInitialize($1) },
        PeerVerb(
            "branch",
            [
                .required("group", "NAME"), .required("as", "NAME"), .required("group-id", "HEX"),
                .required("add", "HEX,…"), .optional("extensions", "N:HEX,…"), .optional("tree", "yes|no"),
                .optional("lifetime", "SECONDS"),
            ],
            "Makes a group of some of the members. -> welcome [ratchet-tree], the fields of state"
        ) { try $0.branch($1) },
    ]

    private mutating func reInitialize(_ arguments: PeerArguments) throws -> PeerAnswer {
        let old = try group(arguments).group
        let (owner, client) = try client(arguments)
        let staged = try old.group.stageReInitialized(
            try successor(arguments, of: client), policy: policy, provider: client.provider)
        return try take(staged, of: owner, arguments)
    }

    private mutating func branch(_ arguments: PeerArguments) throws -> PeerAnswer {
        let old = try group(arguments).group
        let staged = try old.group.stageBranch(
            try successor(arguments, of: try client(old.client)), groupID: try arguments.bytes("group-id"),
            extensions: try arguments.extensions("extensions"), policy: policy)
        return try take(staged, of: old.client, arguments)
    }

    private func successor(_ arguments: PeerArguments, of client: PeerClient) throws -> SuccessorRequest {
        SuccessorRequest(
            adding: try arguments.keyPackages("add"), credential: client.credential, signer: client.signer,
            capabilities: client.capabilities, lifetime: try lifetime(arguments),
            includesRatchetTree: try arguments.flag("tree", default: true))
    }

    private mutating func take(
        _ staged: StagedCommit, of owner: String, _ arguments: PeerArguments
    ) throws -> PeerAnswer {
        let name = try newName(arguments, in: groups)
        let group = PeerGroup(staged.merged, client: owner, signer: try client(owner).signer)
        add(group, as: name)
        var answer = PeerAnswer()
        answer.add("welcome", staged.welcome?.encoded)
        answer.add("ratchet-tree", try arguments.flag("tree", default: true) ? nil : staged.merged.ratchetTree)
        answer.add(contentsOf: Self.state(of: group))
        return answer
    }
}
