import MLS
import MLSCodec
import Testing

/// What a client does that is no member, and what members do for it.
extension TestMember {
    /// A GroupInfo for external joins, as it comes over the wire.
    func publishedGroupInfo(includesRatchetTree: Bool = true) throws -> GroupInfo {
        let info = try group.groupInfo(
            includesRatchetTree: includesRatchetTree, includesExternalPub: true, signer: signer.privateKey)
        guard case .groupInfo(let decoded) = try MLSMessage(decoding: MLSMessage.groupInfo(info).encoded) else {
            throw MLSError(.malformed)
        }
        return decoded
    }

    func stageExternalJoin(
        _ groupInfo: GroupInfo, replacing former: LeafIndex? = nil,
        _ change: (inout ExternalJoinRequest) -> Void = { _ in }
    ) throws -> StagedCommit {
        var request = ExternalJoinRequest(
            credential: credential, signer: signer, capabilities: capabilities, replacing: former)
        change(&request)
        return try Group.stageExternalJoin(groupInfo, request, settings: settings, provider: provider)
    }

    /// Joins, as after the delivery service has accepted the commit.
    mutating func joinExternally(
        _ groupInfo: GroupInfo, replacing former: LeafIndex? = nil,
        _ change: (inout ExternalJoinRequest) -> Void = { _ in }
    ) throws -> StagedCommit {
        let staged = try stageExternalJoin(groupInfo, replacing: former, change)
        state = staged.merged
        return staged
    }
}

extension TestGroup {
    /// Lets somebody join by itself.
    @discardableResult
    mutating func joinExternally(_ joiner: TestMember) throws -> StagedCommit {
        var joiner = joiner
        let staged = try joiner.joinExternally(try members[0].publishedGroupInfo())
        for index in members.indices { try members[index].receive(staged.message) }
        members.append(joiner)
        return staged
    }
}
