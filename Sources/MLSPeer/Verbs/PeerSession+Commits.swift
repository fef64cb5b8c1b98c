import MLS
import MLSCodec

/// Commits (RFC 9420 §12.4): staged first, whoever made them, and then taken over or dropped.
extension PeerSession {
    static let commitVerbs = [
        PeerVerb(
            "commit",
            [
                .required("group", "NAME"), .optional("add", "HEX,…"), .optional("remove", "N,…"),
                .optional("psk", "KEY,…"), .optional("custom", "N:HEX,…"), .optional("extensions", "N:HEX,…"),
                .optional("reinit", "yes|no"),
                .optional("group-id", "HEX"), .optional("suite", "N"), .optional("version", "N"),
                .optional("pending", "yes|no"), .optional("admit", "HEX,…"), .optional("path", "yes|no"),
                .optional("identity", "HEX"), .optional("new-signature-key", "yes|no"),
                .optional("leaf-extensions", "N:HEX,…"), .optional("tree", "yes|no"),
                .optional("framing", "public|private"), .optional("aad", "HEX"),
            ],
            "Stages a commit of what is asked for and, unless pending=no, of what is pending; Adds that new members "
                + "proposed only by their references in admit. With reinit=yes it ends the group, and group-id, suite, "
                + "version, extensions say what follows. -> commit [welcome] [ratchet-tree], the fields of a staged commit"
        ) { try $0.commit($1) },
        PeerVerb(
            "process", [.required("group", "NAME"), .required("message", "HEX")],
            "Processes a message of this epoch; a commit is staged. -> type=proposal|commit|application and more"
        ) { try $0.process($1) },
        PeerVerb("merge", [.required("group", "NAME")], "Takes the staged commit over. -> the fields of state") {
            try $0.merge($1)
        },
        PeerVerb("discard", [.required("group", "NAME")], "Drops the staged commit. ->") { try $0.discard($1) },
    ]

    private mutating func commit(_ arguments: PeerArguments) throws -> PeerAnswer {
        var (name, peer) = try group(arguments)
        let includesTree = try arguments.flag("tree", default: true)
        let reInit = try arguments.flag("reinit") ? try arguments.reInit() : nil
        let update = try leafUpdate(arguments, provider: peer.group.provider)
        let signer = try peer.signer.privateKey
        let request = CommitRequest(
            adding: try arguments.keyPackages("add"), removing: try arguments.numbers("remove").map { LeafIndex($0) },
            extensions: reInit == nil ? try arguments.extensions("extensions") : nil,
            injecting: try arguments.preSharedKeys("psk"), proposing: try arguments.customProposals("custom"),
            preSharedKeys: try client(peer.client).preSharedKeys,
            reInitializing: reInit, includesPendingProposals: try arguments.flag("pending", default: true),
            admitting: Set(try arguments.bytesList("admit").map { ProposalRef($0) }),
            forcesPath: try arguments.flag("path"), leafUpdate: update,
            authenticatedData: try arguments.optionalBytes("aad") ?? [],
            framing: peer.framing(isPublic: try arguments.isPublic()), includesRatchetTree: includesTree)
        let policy = policy
        let staged = try peer.update(newSigner: update?.signer) { group in
            try group.stageCommit(request, policy: policy, signer: signer)
        }
        peer.stage(staged)
        groups[name] = peer
        var answer = PeerAnswer()
        answer.add("commit", staged.message.encoded)
        answer.add("welcome", staged.welcome?.encoded)
        answer.add("ratchet-tree", includesTree ? nil : staged.merged.ratchetTree)
        answer.add(contentsOf: Self.fields(of: staged))
        return answer
    }

    private mutating func process(_ arguments: PeerArguments) throws -> PeerAnswer {
        var (name, peer) = try group(arguments)
        let message = try arguments.message("message")
        let keys = try client(peer.client).preSharedKeys
        var answer = PeerAnswer()
        switch try peer.update({ try $0.process(message, preSharedKeys: keys) }) {
        case .proposal(let pending):
            answer.add("type", "proposal")
            answer.add("proposal", Self.name(of: pending.proposal))
            if case .custom(let custom) = pending.proposal { answer.add("content", custom.content) }
            answer.add("sender", Self.name(of: pending.sender))
            answer.add("reference", pending.reference.bytes)
            answer.add("aad", pending.authenticatedData)
        case .commit(let staged):
            peer.stage(staged)
            answer.add("type", "commit")
            answer.add(contentsOf: Self.fields(of: staged))
        case .application(let message):
            answer.add("type", "application")
            answer.add(contentsOf: Self.fields(of: message))
        }
        groups[name] = peer
        return answer
    }

    private mutating func merge(_ arguments: PeerArguments) throws -> PeerAnswer {
        var (name, peer) = try group(arguments)
        try peer.merge()
        groups[name] = peer
        rememberResumptionKey(of: peer)
        return Self.state(of: peer)
    }

    private mutating func discard(_ arguments: PeerArguments) throws -> PeerAnswer {
        var (name, peer) = try group(arguments)
        try peer.discard()
        groups[name] = peer
        return PeerAnswer()
    }

    /// What a staged commit does; `epoch` and `epoch-authenticator` are those of the epoch that it begins.
    static func fields(of staged: StagedCommit) -> PeerAnswer {
        var answer = PeerAnswer()
        answer.add("sender", staged.sender.rawValue)
        answer.add("external", staged.isExternal)
        answer.add("proposals", list: staged.proposals.map { name(of: $0.proposal) })
        answer.add("added", list: staged.added.map { String($0.leafIndex.rawValue) })
        answer.add("removed", list: staged.removed.map { String($0.leafIndex.rawValue) })
        answer.add("updated", list: staged.updated.map { String($0.leafIndex.rawValue) })
        answer.add("aad", staged.authenticatedData)
        answer.add("removes-self", staged.removesOwnLeaf)
        if !staged.removesOwnLeaf {
            answer.add("epoch", staged.merged.epoch)
            answer.add("epoch-authenticator", staged.merged.epochAuthenticator.bytes)
        }
        return answer
    }

    private static func name(of sender: Sender) -> String {
        switch sender {
        case .member(let leaf): "member:\(leaf.rawValue)"
        case .external(let index): "external:\(index)"
        case .newMemberProposal: "new-member"
        case .newMemberCommit: "new-member-commit"
        }
    }

    private static func name(of proposal: Proposal) -> String {
        switch proposal {
        case .add: "add"
        case .update: "update"
        case .remove: "remove"
        case .preSharedKey: "psk"
        case .reInit: "reinit"
        case .externalInit: "external-init"
        case .groupContextExtensions: "extensions"
        case .selfRemove: "self-remove"
        case .custom(let custom): "custom:\(custom.type.rawValue)"
        }
    }
}
