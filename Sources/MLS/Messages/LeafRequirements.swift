import MLSCodec

/// What a group asks of each of its leaves (RFC 9420 §7.3, §11.1, §13.4).
///
/// It is taken from the GroupContext once for any number of leaves, each type once: a list of required capabilities that
/// repeats one type a million times must not be read again for every member.
struct LeafRequirements: Sendable {
    let extensionTypes: [ExtensionType]
    let required: RequiredCapabilities

    /// - Throws: `invalidGroupInfo` if `required_capabilities` is not what it should be.
    init(of context: GroupContext) throws(MLSError) {
        extensionTypes = Array(Set(context.extensions.map(\.type)))
        let listed = try context.requiredCapabilities() ?? RequiredCapabilities()
        required = RequiredCapabilities(
            extensionTypes: Array(Set(listed.extensionTypes)), proposalTypes: Array(Set(listed.proposalTypes)),
            credentialTypes: Array(Set(listed.credentialTypes)))
    }
}

extension LeafNode {
    /// The rules that one leaf can break in a group whose other leaves do not matter (RFC 9420 §7.3, §11.1, §13.4).
    func check(against requirements: LeafRequirements) throws(MLSError) {
        try checkOnItsOwn()
        try content.capabilities.check(against: requirements)
    }

    /// The same for the own leaf, whose values that mean nothing are there for others: they are nothing that this client can
    /// do (RFC 9420 §13.5).
    func checkOwn(against requirements: LeafRequirements) throws(MLSError) {
        try check(against: requirements)
        try content.capabilities.withoutGrease.check(against: requirements)
    }
}

extension Capabilities {
    fileprivate func check(against requirements: LeafRequirements) throws(MLSError) {
        guard supports(all: requirements.extensionTypes) else {
            throw MLSError(.invalidLeafNode, "capabilities lack an extension of the group")
        }
        guard satisfies(requirements.required) else {
            throw MLSError(.invalidLeafNode, "capabilities lack what the group requires")
        }
    }
}
