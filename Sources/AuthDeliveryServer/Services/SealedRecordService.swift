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
        try Self.check(body, limit: settings.profileSize)
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
        try await storage.read { transaction in
            let page = try transaction.anchors(of: user, after: name, limit: 1_000, size: settings.anchorPageSize)
            return AnchorList(anchors: page.anchors, more: page.more)
        }
    }

    /// - Returns: the new revision.
    func putAnchor(
        _ body: [UInt8], name: [UInt8], if precondition: Precondition, of user: UserID
    ) async throws -> UInt64 {
        try Self.check(body, limit: settings.anchorSize)
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

    private static func check(_ body: [UInt8], limit: Int) throws(APIError) {
        guard body.count <= limit else {
            throw APIError(.tooLarge, "A sealed record of this kind has at most \(limit) bytes.")
        }
    }
}
