import CloudMLSAPI
import Crypto
import MLS
import MLSCodec
import ServerKit

/// A commit whose open parts agree with one another and with the request.
struct InspectedCommit: Sendable {
    /// SHA-256 of the MLSMessage.
    let hash: [UInt8]
    let message: [UInt8]
    let announcement: CommitAnnouncement
    let welcome: [UInt8]?
    /// The Welcome's; nil where there is none.
    let welcomeCipherSuite: UInt16?
    let confirmation: [UInt8]
}

/// What can be checked of a handshake message without the database and without the group's keys.
struct HandshakeInspector: Sendable {
    let groupID: [UInt8]
    let settings: DeliverySettings

    static func hash(_ message: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: message)) }

    func inspect(_ post: CommitPost) throws(APIError) -> InspectedCommit {
        let message = try privateMessage(post.commit.array, epoch: post.epoch, contentType: .commit)
        let announcement: CommitAnnouncement
        do { announcement = try CommitAnnouncement(decoding: message.authenticatedData) } catch {
            throw Self.invalid("Its authenticated_data is not a CommitAnnouncement.")
        }
        try check(announcement, committer: post.account)
        guard post.confirmation.array.count == 32 else {
            throw Self.invalid("The confirmation has 32 bytes with cipher suites 1, 2 and 3.")
        }
        let welcome = try post.welcome.map { welcome throws(APIError) in try self.welcome(welcome.array) }
        guard Self.refs(of: welcome) == Set(announcement.added.map(\.keyPackageRef)) else {
            throw Self.invalid("The Welcome is not for exactly those that the commit adds.")
        }
        return InspectedCommit(
            hash: Self.hash(post.commit.array), message: post.commit.array, announcement: announcement,
            welcome: post.welcome?.array, welcomeCipherSuite: welcome?.cipherSuite.rawValue,
            confirmation: post.confirmation.array)
    }

    func inspect(_ post: ProposalPost) throws(APIError) {
        _ = try privateMessage(post.proposal.array, epoch: post.epoch, contentType: .proposal)
    }

    private func privateMessage(
        _ bytes: [UInt8], epoch: UInt64, contentType: ContentType
    ) throws(APIError) -> PrivateMessage {
        guard bytes.count <= settings.messageSize else { throw tooLarge }
        guard case .privateMessage(let message)? = try? MLSMessage(decoding: bytes) else {
            throw Self.invalid("It is not an MLSMessage with a PrivateMessage.")
        }
        guard message.groupID == groupID, message.epoch == epoch, message.contentType == contentType else {
            throw Self.invalid("Group, epoch or content type are not those of the request.")
        }
        return message
    }

    private func check(_ announcement: CommitAnnouncement, committer: AccountAddress) throws(APIError) {
        let added = announcement.added
        guard Set(added.map(\.account)).count == added.count, Set(added.map(\.keyPackageRef)).count == added.count,
            Set(announcement.removed).count == announcement.removed.count
        else {
            throw Self.invalid("The announcement names somebody twice.")
        }
        // A committer cannot remove itself (RFC 9420 §12.2).
        guard !announcement.removed.contains(committer) else {
            throw Self.invalid("The announcement removes the committer.")
        }
    }

    private func welcome(_ bytes: [UInt8]) throws(APIError) -> Welcome {
        guard bytes.count <= settings.messageSize else { throw tooLarge }
        guard case .welcome(let welcome)? = try? MLSMessage(decoding: bytes) else {
            throw Self.invalid("What comes with it is not an MLSMessage with a Welcome.")
        }
        let refs = welcome.newMembers
        guard !refs.isEmpty, Set(refs).count == refs.count else {
            throw Self.invalid("The Welcome is for nobody, or twice for the same KeyPackage.")
        }
        return welcome
    }

    private static func refs(of welcome: Welcome?) -> Set<[UInt8]> {
        Set(welcome?.newMembers.map(\.bytes) ?? [])
    }

    private var tooLarge: APIError {
        APIError(.tooLarge, "An MLS message has at most \(settings.messageSize) bytes.")
    }

    static func invalid(_ reason: String) -> APIError {
        APIError(.invalidHandshake, "The message cannot be taken. \(reason)")
    }
}
