package import CloudMLSAPI
import Crypto
package import KeyHierarchy
import MLSCodec

/// Values that a run after a crash finds again, and that nobody else can foresee.
///
/// ```
/// HKDF-SHA-256(profileKey, info = struct { opaque label<V>; opaque field<V>…; }), 32 bytes
/// ```
package struct DerivedSecrets: Sendable {
    private let profileKey: ProfileKey

    package init(profileKey: ProfileKey) { self.profileKey = profileKey }

    /// The id of an account's nth group for a chat, counted from 0: whoever repeats its creation meets the same group.
    package func groupID(chat: String, account: AccountAddress, number: Int) -> GroupID {
        GroupID(derive("group-id", [Array(chat.utf8), Array(account.description.utf8), Array("\(number)".utf8)]))
    }

    /// The idempotency key of a claim. A commit that the server refused for good has used a handshake generation, so
    /// that the next one claims others.
    package func claimKey(
        group: GroupID, epoch: UInt64, generation: UInt32, accounts: [AccountAddress]
    ) -> [UInt8] {
        derive(
            "claim",
            [group.bytes, Array("\(epoch)".utf8), Array("\(generation)".utf8)]
                + accounts.sorted().map { Array($0.description.utf8) })
    }

    /// The idempotency key of a proposal, which is the same bytes whenever it is posted.
    package func proposalKey(group: GroupID, proposal: [UInt8]) -> [UInt8] {
        derive("proposal", [group.bytes, proposal])
    }

    private func derive(_ label: String, _ fields: [[UInt8]]) -> [UInt8] {
        var info = MLSWriter()
        info.write(opaque: Array("CloudMLS 1.0 \(label)".utf8))
        for field in fields { info.write(opaque: field) }
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: profileKey.bytes), info: info.bytes, outputByteCount: 32)
        return key.withUnsafeBytes { Array($0) }
    }
}
