import CloudMLSAPI
import MLS
import MLSCodec
import MLSCrypto

/// Reads messages of any epoch that the user was in, in any order and any number of times. It reads the key store only:
/// history stays readable while the auth-delivery server is away.
package actor MessageReader {
    private struct EpochName: Hashable {
        var group: GroupID
        var epoch: UInt64
    }

    private let objects: any ObjectStore
    private var readers: [EpochName: EpochReader] = [:]

    /// How many epochs are kept ready.
    private static let limit = 64

    package init(objects: any ObjectStore) { self.objects = objects }

    /// - Throws: `ClientError` only if the key store cannot be read; what is wrong with the text is in the answer.
    package func read(_ text: String) async throws -> ReadMessage {
        switch MessageText.decode(text) {
        case .plain: return .plain(text)
        case .damaged: return .undecryptable(.damaged)
        case .sealed(let bytes): return try await read(bytes)
        }
    }

    private func read(_ bytes: [UInt8]) async throws -> ReadMessage {
        guard let message = try? MLSMessage(decoding: bytes), case .privateMessage(let framed) = message,
            framed.contentType == .application
        else { return .undecryptable(.damaged) }
        let name = EpochName(group: GroupID(framed.groupID), epoch: framed.epoch)
        guard var reader = try await reader(name) else {
            return .undecryptable(.notAMember(name.group, epoch: name.epoch))
        }
        guard let read = try? reader.decrypt(message), let sender = AccountAddress(credential: read.senderCredential)
        else { return .undecryptable(.notAuthentic) }
        keep(reader, for: name)
        guard let content = try? MessageContent(decoding: read.data) else {
            return .undecryptable(.contentOfAnotherVersion)
        }
        return .sealed(
            SealedMessage(text: content.text, sender: sender, group: name.group, epoch: name.epoch))
    }

    private func reader(_ name: EpochName) async throws -> EpochReader? {
        if let reader = readers[name] { return reader }
        let recordPath = StorePath.epoch(name.epoch, of: name.group)
        let rosterPath = StorePath.roster(name.group)
        let values = try await objects.read([recordPath, rosterPath])
        guard let record = try values.value(recordPath).decoded(EpochRecord.self),
            let roster = try values.value(rosterPath).decoded(Roster.self)
        else { return nil }
        let provider = try CipherSuiteProviders.provider(for: record.cipherSuite)
        return try EpochReader(record, roster: roster, provider: provider)
    }

    /// The reader remembers where each ratchet was read last, which is all that is lost if another read came between.
    private func keep(_ reader: EpochReader, for name: EpochName) {
        if readers.count >= Self.limit, readers[name] == nil { readers = [:] }
        readers[name] = reader
    }
}
