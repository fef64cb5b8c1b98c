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

    /// What all members have to support (RFC 9420 §11.1); `nil` without the `required_capabilities` extension.
    ///
    /// - Throws: `invalidGroupInfo` if the extension is not what it should be.
    func requiredCapabilities() throws(MLSError) -> RequiredCapabilities? {
        do {
            return try extensions.decoded(.requiredCapabilities)
        } catch {
            throw MLSError(.invalidGroupInfo, "required_capabilities")
        }
    }

    /// Throws unless the extensions are a list this library can work with (RFC 9420 §13.4).
    func checkExtensions() throws(MLSError) {
        guard extensions.hasUniqueTypes else { throw MLSError(.invalidGroupInfo, "an extension type twice") }
        _ = try requiredCapabilities()
        _ = try externalSenders()
    }
}
