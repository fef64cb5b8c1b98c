import CloudMLSAPI
import KeyHierarchy
import MLSCodec

extension PreLoginResponse {
    /// Checks that the expected server made this answer, and to this question.
    ///
    /// - Parameter server: the pinned server; nil on first use.
    /// - Throws: `ClientError` with `malformedAnswer`, `serverIdentityChanged` or `notTheExpectedServer`.
    func verified(
        for question: PreLoginQuestion, server: ServerID?, at origin: Origin
    ) throws -> PreLoginAnswer {
        let passwordKDF = kdf?.passwordKDF
        guard (passwordKDF != nil) == (kdf != nil), let key = ServerPublicKey(bytes: identityKey.array),
            let nonce = LoginNonce(bytes: serverNonce.array), let signature = Signature(bytes: signature.array),
            let claimed = try? PreLoginAnswer(
                question: question, serverID: key.serverID, serverNonce: nonce, kdf: passwordKDF, expiresAt: expires),
            let signed = try? SignedPreLoginAnswer(
                decoding: FormatVersion.v1.encoded + key.bytes + claimed.encoded + signature.bytes)
        else { throw Self.malformed(origin) }
        do {
            return try signed.verified(for: question, server: server)
        } catch  where error.code == .wrongServer {
            throw ClientError(
                .serverIdentityChanged, "The server at \(origin) has another identity than the expected one.",
                hint: "Do not type the password there; ask whoever runs it whether it was set up anew.")
        } catch {
            throw ClientError(
                .notTheExpectedServer, "The server at \(origin) cannot prove who it is.",
                hint: "Somebody may stand in between; try from another network.")
        }
    }

    static func malformed(_ origin: Origin) -> ClientError {
        ClientError(
            .malformedAnswer, "The pre-login answer of \(origin) is not in the agreed form.",
            hint: "Check that the server and this program are of the same release.")
    }
}

extension LoginRequest {
    /// A login that a key of this kind has signed.
    init(_ proof: LoginProof, kind: SlotKind, deviceName: String) {
        let statement = proof.statement
        self.init(
            user: statement.userName.rawValue, kind: kind, clientNonce: Bytes(statement.clientNonce.bytes),
            serverNonce: Bytes(statement.serverNonce.bytes), origin: statement.origin.rawValue,
            signature: Bytes(proof.signature.bytes), deviceName: deviceName)
    }
}

extension ClientEnvironment {
    /// At most 64 bytes.
    var shortDeviceName: String {
        var name = deviceName
        while name.utf8.count > 64 { name.removeLast() }
        return name
    }
}
