import CloudMLSAPI
import KeyHierarchy
import MLS
import MLSCodec

extension GroupActor {
    /// - Returns: an MLSMessage.
    func encryptNow(_ text: String) async throws -> [UInt8] {
        var attempts = attempts()
        while true {
            try attempts.count()
            guard let stored = try await settle() else { continue }
            let (head, group) = try stored.active()
            guard let generation = try await generation(for: group, stored) else { continue }
            let signer = try await signingKey(head.account, in: group)
            return try group.encrypt(
                MessageContent(text: text).encoded, generation: generation, padding: .multiple(of: 128),
                signer: signer
            ).encoded
        }
    }

    /// Applies the group's log, finishes what was cut short, and commits what others have proposed (RFC 9420 §12.4).
    ///
    /// - Returns: the group as it is then; nil if it has to be looked at again.
    private func settle() async throws -> GroupSnapshot? {
        let stored = try await catchUpNow()
        guard stored.head?.intent == nil else {
            _ = try await resumeNow()
            return nil
        }
        guard try !stored.active().group.pendingProposals.isEmpty else { return stored }
        try await changeNow(.pending)
        return try await load()
    }

    /// A generation of the application ratchet that nobody else uses.
    ///
    /// - Returns: nil if the head has to be looked at again.
    private func generation(for group: Group, _ stored: GroupSnapshot) async throws -> UInt32? {
        if let block = reserved, block.epoch == group.epoch, let first = block.generations.first {
            reserved = (block.epoch, block.generations.dropFirst())
            return first
        }
        reserved = nil
        switch try await reserve(group, stored) {
        case .block(let block):
            reserved = (group.epoch, block.dropFirst())
            return block.first
        case .exhausted:
            try await changeNow(GroupChange(refresh: true))
            return nil
        case .headMoved(let anchor):
            try await checkHead(against: anchor, knownRevision: stored.headRevision)
            return nil
        case .rolledBack:
            throw Self.rolledBack
        }
    }
}
