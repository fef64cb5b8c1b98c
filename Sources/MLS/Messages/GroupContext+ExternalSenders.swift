extension GroupContext {
    /// Who may propose from outside the group (RFC 9420 §12.1.8.1); empty without the `external_senders` extension.
    ///
    /// - Throws: `invalidGroupInfo` if the extension is not what it should be.
    public func externalSenders() throws(MLSError) -> [ExternalSender] {
        do {
            return try extensions.decoded(.externalSenders) ?? []
        } catch {
            throw MLSError(.invalidGroupInfo, "external_senders")
        }
    }

    /// The external sender at this place of the list.
    ///
    /// - Throws: `unknownMember` if there is none, `invalidGroupInfo`.
    func requiredExternalSender(at index: UInt32) throws(MLSError) -> ExternalSender {
        let senders = try externalSenders()
        guard let index = Int(exactly: index), senders.indices.contains(index) else {
            throw MLSError(.unknownMember, "external sender \(index)")
        }
        return senders[index]
    }
}
