import CloudMLSAPI
import ServerKit

/// The profile and the anchors: sealed bytes with revisions, of which the server understands nothing.
package struct SealedRecordService: Sendable {
    let storage: any DeliveryStorage
    let settings: DeliverySettings

    func profile(of user: UserID) async throws -> StoredProfile {
        guard let profile = try await storage.read({ try $0.profile(of: user) }) else {
            throw APIError(.notFound, "There is no profile yet.")
        }
        return profile
    }

    /// - Returns: the new revision.
    func putProfile(_ body: [UInt8], if precondition: Precondition, of user: UserID) async throws -> UInt64 {
        try check(body)
        return try await storage.write { transaction in
            let current = try transaction.profile(of: user)?.revision ?? 0
            try precondition.check(current: current)
            try transaction.putProfile(StoredProfile(revision: current + 1, body: Bytes(body)), of: user)
            return current + 1
        }
    }

    func anchor(_ name: [UInt8], of user: UserID) async throws -> StoredAnchor {
        guard let anchor = try await storage.read({ try $0.anchor(name, of: user) }) else {
            throw APIError(.notFound, "There is no anchor of that name.")
        }
        return anchor
    }

    /// The user's anchors by name, from after `name` on.
    func anchors(of user: UserID, after name: [UInt8]) async throws -> AnchorList {
        let limit = 1_000
        return try await storage.read { transaction in
            let anchors = try transaction.anchors(of: user, after: name, limit: limit + 1)
            return AnchorList(anchors: Array(anchors.prefix(limit)), more: anchors.count > limit)
        }
    }

    /// - Returns: the new revision.
    func putAnchor(
        _ body: [UInt8], name: [UInt8], if precondition: Precondition, of user: UserID
    ) async throws -> UInt64 {
        try check(body)
        return try await storage.write { transaction in
            let current = try transaction.anchor(name, of: user)?.revision ?? 0
            try precondition.check(current: current)
            guard try current > 0 || transaction.anchorCount(of: user) < settings.anchorsPerUser else {
                throw APIError(.quotaExceeded, "A user has at most \(settings.anchorsPerUser) anchors.")
            }
            try transaction.putAnchor(
                StoredAnchor(name: Bytes(name), revision: current + 1, body: Bytes(body)), of: user)
            return current + 1
        }
    }

    private func check(_ body: [UInt8]) throws(APIError) {
        guard body.count <= settings.sealedRecordSize else {
            throw APIError(.tooLarge, "A sealed record has at most \(settings.sealedRecordSize) bytes.")
        }
    }
}
