import MLSCodec

extension CipherSuiteProvider {
    // struct {
    //     WireFormat wire_format;
    //     FramedContent content; /* with content_type == commit */
    //     opaque signature<V>;
    // } ConfirmedTranscriptHashInput;

    /// The confirmed transcript hash after a commit (RFC 9420 §8.2).
    ///
    /// - Parameters:
    ///   - interim: the interim transcript hash before it; empty in epoch 0.
    ///   - commit: its confirmation tag is not looked at.
    package func confirmedTranscriptHash(interim: [UInt8], commit: AuthenticatedContent) -> [UInt8] {
        confirmedTranscriptHash(interim: interim, commit: commit, encodedContent: commit.content.encoded)
    }

    /// The same after a commit that arrived, with the encoding that its signature was checked over.
    func confirmedTranscriptHash(interim: [UInt8], commit: VerifiedContent) -> [UInt8] {
        confirmedTranscriptHash(
            interim: interim, commit: commit.authenticatedContent, encodedContent: commit.encodedContent)
    }

    private func confirmedTranscriptHash(
        interim: [UInt8], commit: AuthenticatedContent, encodedContent: [UInt8]
    ) -> [UInt8] {
        let signature = commit.auth.signature
        var writer = MLSWriter(reservingCapacity: interim.count + encodedContent.count + signature.count + 8)
        writer.write(raw: interim)
        commit.wireFormat.encode(into: &writer)
        writer.write(raw: encodedContent)
        writer.write(opaque: signature)
        return hash(writer.bytes)
    }

    // struct { MAC confirmation_tag; } InterimTranscriptHashInput;

    /// The interim transcript hash after a commit (RFC 9420 §8.2).
    package func interimTranscriptHash(confirmed: [UInt8], confirmationTag: [UInt8]) -> [UInt8] {
        var writer = MLSWriter()
        writer.write(raw: confirmed)
        writer.write(opaque: confirmationTag)
        return hash(writer.bytes)
    }
}
