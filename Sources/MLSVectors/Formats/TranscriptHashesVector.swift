import MLS
import MLSCodec

struct TranscriptHashesVector: SuiteVector {
    var cipherSuite: UInt16
    var confirmationKey: HexBytes
    var authenticatedContent: HexBytes
    var interimTranscriptHashBefore: HexBytes
    var confirmedTranscriptHashAfter: HexBytes
    var interimTranscriptHashAfter: HexBytes

    func verify(_ provider: any CipherSuiteProvider) throws {
        let commit = try AuthenticatedContent(decoding: authenticatedContent.bytes)
        try expectEqual(commit.encoded, authenticatedContent.bytes, "authenticated_content")
        try expectEqual(commit.content.body.type, .commit, "content_type")
        guard let tag = commit.auth.confirmationTag else { throw Mismatch(description: "no confirmation_tag") }
        let confirmed = provider.confirmedTranscriptHash(interim: interimTranscriptHashBefore.bytes, commit: commit)
        try expectEqual(confirmed, confirmedTranscriptHashAfter.bytes, "confirmed_transcript_hash")
        try expectEqual(
            provider.mac(key: SecretBytes(confirmationKey.bytes), data: confirmed), tag, "confirmation_tag")
        try expectEqual(
            provider.interimTranscriptHash(confirmed: confirmed, confirmationTag: tag),
            interimTranscriptHashAfter.bytes, "interim_transcript_hash")
    }
}
