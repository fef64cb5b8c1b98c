import MLS
import MLSCodec
import Testing

/// What becomes of errors at the border of the library.
@Suite struct MLSErrorTests {
    enum Stranger: Error {
        case with(secret: String)
    }

    private func mapped(_ error: any Error) -> MLSError? {
        do {
            try MLSError.mapping { throw error }
            return nil
        } catch {
            return error
        }
    }

    @Test func theLibrarysOwnKeepWhatTheySay() {
        #expect(mapped(MLSError(.wrongEpoch, "epoch 3 in 4"))?.description == "wrongEpoch: epoch 3 in 4")
        #expect(mapped(CodecError(.truncated, "Welcome"))?.description == "malformed: truncated in Welcome")
        #expect(mapped(CryptoError(.authenticationFailed, "HPKE"))?.description == "authenticationFailed: HPKE")
        #expect(mapped(CryptoError(.unsupportedCipherSuite, "9"))?.description == "unsupported: 9")
        #expect(mapped(CryptoError(.malformedKey, "DH"))?.description == "cryptography: malformedKey: DH")
    }

    @Test func aStrangersIsNamedAndNotQuoted() throws {
        let error = try #require(mapped(Stranger.with(secret: "hunter2")))
        #expect(error == MLSError(.unknownError))
        #expect(error.context.hasSuffix("MLSErrorTests.Stranger"))
        #expect(!error.context.contains("hunter2"))
    }
}
