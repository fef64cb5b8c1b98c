import KeyHierarchy
import MLSCodec
import Testing

@Suite struct LoginTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test func serverIdentity() throws {
        #expect(fixture.serverKey.serverID.bytes == (try Vectors.bytes("server id")))
    }

    @Test(arguments: ServerRole.allCases) func loginKeys(role: ServerRole) throws {
        let password = try fixture.passwordKey.loginKey(role: role, serverID: fixture.serverKey.serverID)
        #expect(password.seed.bytes == (try Vectors.bytes("login password \(role.rawValue) seed")))
        #expect(password.publicKey.bytes == (try Vectors.bytes("login password \(role.rawValue) public")))
        let recovery = try fixture.code.loginKey(role: role)
        #expect(recovery.seed.bytes == (try Vectors.bytes("login recovery \(role.rawValue) seed")))
        #expect(try LoginKey.random() != LoginKey.random())
    }

    private func answer(server: ServerSigningKey? = nil) throws -> PreLoginAnswer {
        try PreLoginAnswer(
            question: fixture.question, serverID: (server ?? fixture.serverKey).serverID,
            serverNonce: Vectors.fixed("input server nonce"), kdf: fixture.kdf, expiresAt: 1_800_000_000)
    }

    @Test func preLoginVector() throws {
        let signed: SignedPreLoginAnswer = try Vectors.decoded("format SignedPreLoginAnswer")
        #expect(try signed.verified(for: fixture.question, server: fixture.serverKey.serverID) == answer())
        #expect(try signed.verified(for: fixture.question, server: nil) == answer())
        let own = try SignedPreLoginAnswer(answer(), signedBy: fixture.serverKey)
        #expect(try own.verified(for: fixture.question, server: fixture.serverKey.serverID) == answer())
        // All but the signature, which may be randomised.
        #expect(own.encoded.dropLast(64) == signed.encoded.dropLast(64))
    }

    @Test func aDeviceIsToldNoKDF() throws {
        let signed: SignedPreLoginAnswer = try Vectors.decoded("format SignedPreLoginAnswer device")
        let question = PreLoginQuestion(
            role: .authDelivery, userName: fixture.userName, kind: .device,
            clientNonce: try Vectors.fixed("input client nonce"))
        #expect(try signed.verified(for: question, server: fixture.serverKey.serverID).kdf == nil)
        #expect(throws: KeyHierarchyError(.wrongKind)) {
            try PreLoginAnswer(
                question: question, serverID: fixture.serverKey.serverID, kdf: fixture.kdf, expiresAt: 0)
        }
        #expect(throws: KeyHierarchyError(.wrongKind)) {
            try PreLoginAnswer(
                question: fixture.question, serverID: fixture.serverKey.serverID, kdf: nil, expiresAt: 0)
        }
    }

    @Test func anotherServerIsRefused() throws {
        let other = try ServerSigningKey.random()
        let signed = try SignedPreLoginAnswer(answer(server: other), signedBy: other)
        #expect(throws: KeyHierarchyError(.wrongServer)) {
            try signed.verified(for: fixture.question, server: fixture.serverKey.serverID)
        }
        #expect(throws: KeyHierarchyError(.wrongServer)) {
            try SignedPreLoginAnswer(answer(), signedBy: other)
        }
    }

    @Test func anotherRequestIsRefused() throws {
        let signed: SignedPreLoginAnswer = try Vectors.decoded("format SignedPreLoginAnswer")
        var questions = Array(repeating: try fixture.question, count: 4)
        questions[0].role = .authDelivery
        questions[1].userName = try UserName(typed: "bob")
        questions[2].kind = .recovery
        questions[3].clientNonce = .random()
        for question in questions {
            #expect(throws: KeyHierarchyError(.wrongRequest)) {
                try signed.verified(for: question, server: fixture.serverKey.serverID)
            }
        }
    }

    @Test func everyBitOfAnAnswerIsSigned() throws {
        let question = try fixture.question
        for bytes in try Vectors.bytes("format SignedPreLoginAnswer").withOneBitFlipped {
            guard let signed = try? SignedPreLoginAnswer(decoding: bytes) else { continue }
            #expect(throws: KeyHierarchyError.self) {
                try signed.verified(for: question, server: fixture.serverKey.serverID)
            }
        }
    }

    @Test func proofVector() throws {
        let proof: LoginProof = try Vectors.decoded("format LoginProof")
        let key = try fixture.passwordKey.loginKey(role: .keyStore, serverID: fixture.serverKey.serverID)
        #expect(proof.verify(publicKey: key.publicKey))
        #expect(proof.statement == LoginStatement(answering: try answer(), origin: fixture.origin))
        let own = try LoginProof(proof.statement, signedBy: key)
        #expect(own.verify(publicKey: key.publicKey))
        #expect(LoginProof(statement: own.statement, signature: own.signature) == own)
        #expect(!own.verify(publicKey: try LoginKey.random().publicKey))
    }

    @Test func everyFieldOfAStatementIsSigned() throws {
        let proof: LoginProof = try Vectors.decoded("format LoginProof")
        let key = try fixture.passwordKey.loginKey(role: .keyStore, serverID: fixture.serverKey.serverID)
        var statements = Array(repeating: proof.statement, count: 6)
        statements[0].role = .authDelivery
        statements[1].serverID = .random()
        statements[2].userName = try UserName(typed: "bob")
        statements[3].serverNonce = .random()
        statements[4].clientNonce = .random()
        statements[5].origin = try Origin(typed: "https://phishing.example")
        for statement in statements {
            let forged = LoginProof(statement: statement, signature: proof.signature)
            #expect(!forged.verify(publicKey: key.publicKey))
        }
    }

    /// A signature for one purpose is none for another, even with one key and one content.
    @Test func labelsSeparateSignatures() throws {
        let key = try LoginKey.random()
        for label in Label.allCases {
            let signature = try key.sign([1, 2, 3], as: label)
            for other in Label.allCases {
                #expect(key.publicKey.isValid(signature, for: [1, 2, 3], as: other) == (label == other))
            }
        }
    }
}
