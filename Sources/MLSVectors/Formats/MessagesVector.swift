import MLS
import MLSCodec

struct MessagesVector: Vector {
    var mlsWelcome: HexBytes
    var mlsGroupInfo: HexBytes
    var mlsKeyPackage: HexBytes
    var ratchetTree: HexBytes
    var groupSecrets: HexBytes
    var addProposal: HexBytes
    var updateProposal: HexBytes
    var removeProposal: HexBytes
    var preSharedKeyProposal: HexBytes
    var reInitProposal: HexBytes
    var externalInitProposal: HexBytes
    var groupContextExtensionsProposal: HexBytes
    var commit: HexBytes
    var publicMessageApplication: HexBytes
    var publicMessageProposal: HexBytes
    var publicMessageCommit: HexBytes
    var privateMessage: HexBytes

    var suite: UInt16? { nil }

    func verify(_ provider: any CipherSuiteProvider) throws {
        try roundTrip(MLSMessage.self, mlsWelcome, "mls_welcome") { $0.wireFormat == .welcome }
        try roundTrip(MLSMessage.self, mlsGroupInfo, "mls_group_info") { $0.wireFormat == .groupInfo }
        try roundTrip(MLSMessage.self, mlsKeyPackage, "mls_key_package") { $0.wireFormat == .keyPackage }
        try roundTrip(RatchetTree.self, ratchetTree, "ratchet_tree")
        try roundTrip(GroupSecrets.self, groupSecrets, "group_secrets")
        try roundTrip(proposal: .add, addProposal, "add_proposal")
        try roundTrip(proposal: .update, updateProposal, "update_proposal")
        try roundTrip(proposal: .remove, removeProposal, "remove_proposal")
        try roundTrip(proposal: .preSharedKey, preSharedKeyProposal, "pre_shared_key_proposal")
        try roundTrip(proposal: .reInit, reInitProposal, "re_init_proposal")
        try roundTrip(proposal: .externalInit, externalInitProposal, "external_init_proposal")
        try roundTrip(
            proposal: .groupContextExtensions, groupContextExtensionsProposal, "group_context_extensions_proposal")
        try roundTrip(Commit.self, commit, "commit")
        try roundTrip(MLSMessage.self, publicMessageApplication, "public_message_application") {
            $0.wireFormat == .publicMessage && $0.header?.contentType == .application
        }
        try roundTrip(MLSMessage.self, publicMessageProposal, "public_message_proposal") {
            $0.wireFormat == .publicMessage && $0.header?.contentType == .proposal
        }
        try roundTrip(MLSMessage.self, publicMessageCommit, "public_message_commit") {
            $0.wireFormat == .publicMessage && $0.header?.contentType == .commit
        }
        try roundTrip(MLSMessage.self, privateMessage, "private_message") { $0.wireFormat == .privateMessage }
    }

    private func roundTrip<Value: MLSCodable>(
        _ type: Value.Type, _ bytes: HexBytes, _ name: String, where isExpected: (Value) -> Bool = { _ in true }
    ) throws {
        do {
            let value = try Value(decoding: bytes.bytes)
            try expectEqual(value.encoded, bytes.bytes, name)
            try expect(isExpected(value), "\(name) is something else")
        } catch let error as CodecError {
            throw Mismatch(description: "\(name): \(error)")
        }
    }

    /// The vectors hold the structure behind `proposal_type` alone.
    private func roundTrip(proposal type: ProposalType, _ bytes: HexBytes, _ name: String) throws {
        try roundTrip(Proposal.self, HexBytes(type.encoded + bytes.bytes), name) { $0.type == type }
    }
}
