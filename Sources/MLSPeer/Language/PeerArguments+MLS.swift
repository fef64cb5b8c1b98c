import MLS
import MLSCodec

/// Arguments that are structures of RFC 9420.
extension PeerArguments {
    /// A KeyPackage, a Welcome and a GroupInfo travel as MLSMessages (RFC 9420 §6), as everything else does.
    func message(_ name: String) throws -> MLSMessage { try MLSMessage(decoding: try bytes(name)) }

    func messages(_ name: String) throws -> [MLSMessage] {
        try bytesList(name).map { try MLSMessage(decoding: $0) }
    }

    func keyPackage(_ name: String) throws -> KeyPackage { try Self.keyPackage(try message(name), name) }

    func keyPackages(_ name: String) throws -> [KeyPackage] {
        try messages(name).map { try Self.keyPackage($0, name) }
    }

    private static func keyPackage(_ message: MLSMessage, _ name: String) throws -> KeyPackage {
        guard case .keyPackage(let keyPackage) = message else { throw PeerError(.usage, "\(name) is no KeyPackage") }
        return keyPackage
    }

    func welcome(_ name: String) throws -> Welcome {
        guard case .welcome(let welcome) = try message(name) else { throw PeerError(.usage, "\(name) is no Welcome") }
        return welcome
    }

    func groupInfo(_ name: String) throws -> GroupInfo {
        guard case .groupInfo(let groupInfo) = try message(name) else {
            throw PeerError(.usage, "\(name) is no GroupInfo")
        }
        return groupInfo
    }

    /// Extensions in the form `type:hex`; `nil` where the argument is absent, so that an empty list can be told from none.
    func extensions(_ name: String) throws(PeerError) -> [Extension]? {
        guard has(name) else { return nil }
        return try list(name).map { (item) throws(PeerError) in
            let parts = item.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let type = UInt16(parts[0]) else {
                throw PeerError(.usage, "\(name) takes type:hex")
            }
            return Extension(type: ExtensionType(rawValue: type), data: try decoded(name, String(parts[1])))
        }
    }

    /// Types of custom proposals in the form `type`, with `:path` and `:external` behind it where the registry would say Y.
    func customProposalTypes(_ name: String) throws(PeerError) -> [CustomProposalType] {
        try list(name).map { (item) throws(PeerError) in
            let parts = item.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            let marks = Set(parts.dropFirst())
            guard let type = UInt16(parts[0]), marks.isSubset(of: ["path", "external"]) else {
                throw PeerError(.usage, "\(name) takes type, type:path, type:external or type:path:external")
            }
            return CustomProposalType(
                ProposalType(rawValue: type), requiresPath: marks.contains("path"),
                isAllowedForExternalSenders: marks.contains("external"))
        }
    }

    /// Custom proposals in the form `type:hex`.
    func customProposals(_ name: String) throws -> [CustomProposal] {
        try extensions(name).map { items in
            try items.map { try CustomProposal(type: ProposalType(rawValue: $0.type.rawValue), content: $0.data) }
        } ?? []
    }

    /// One custom proposal.
    func customProposal(_ name: String) throws -> CustomProposal {
        let proposals = try customProposals(name)
        guard let proposal = proposals.first, proposals.count == 1 else {
            throw PeerError(.usage, "\(name) takes one proposal")
        }
        return proposal
    }

    /// Pre-shared keys in the forms `external:id` and `resumption:group-id:epoch`.
    func preSharedKeys(_ name: String) throws(PeerError) -> [PreSharedKeyID.Key] {
        try list(name).map { (item) throws(PeerError) in
            let parts = item.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            if parts.count == 2, parts[0] == "external" { return .external(id: try decoded(name, parts[1])) }
            guard parts.count == 3, parts[0] == "resumption", let epoch = UInt64(parts[2]) else {
                throw PeerError(.usage, "\(name) takes external:id or resumption:group-id:epoch")
            }
            return .resumption(usage: .application, groupID: try decoded(name, parts[1]), epoch: epoch)
        }
    }

    /// One pre-shared key.
    func preSharedKey(_ name: String) throws(PeerError) -> PreSharedKeyID.Key {
        let keys = try preSharedKeys(name)
        guard let key = keys.first, keys.count == 1 else { throw PeerError(.usage, "\(name) takes one key") }
        return key
    }

    func leaf(_ name: String) throws(PeerError) -> LeafIndex { LeafIndex(try number(name)) }

    func cipherSuite(_ name: String) throws(PeerError) -> CipherSuite { CipherSuite(rawValue: try number(name)) }

    /// What `group-id`, `suite`, `version` and `extensions` ask a group to start over as.
    func reInit() throws(PeerError) -> ReInit {
        ReInit(
            groupID: try bytes("group-id"), version: ProtocolVersion(rawValue: try optionalNumber("version") ?? 1),
            cipherSuite: try cipherSuite("suite"), extensions: try extensions("extensions") ?? [])
    }

    /// Whether a handshake message is a PublicMessage.
    func isPublic() throws(PeerError) -> Bool {
        switch has("framing") ? try text("framing") : "private" {
        case "public": return true
        case "private": return false
        default: throw PeerError(.usage, "framing takes public or private")
        }
    }

    func padding() throws(PeerError) -> PaddingPolicy {
        switch has("padding") ? try text("padding") : "padme" {
        case "none": return .none
        case "padme": return .padme
        default: return .multiple(of: Int(try number("padding", UInt16.self)))
        }
    }
}
