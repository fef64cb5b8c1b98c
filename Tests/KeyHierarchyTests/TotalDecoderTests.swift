import KeyHierarchy
import MLSCodec
import Testing

/// Any bytes give a value or a `CodecError`, and a value encodes to the bytes that it came from.
@Suite struct TotalDecoderTests {
    private struct Format: Sendable, CustomTestStringConvertible {
        let vector: String
        let decode: @Sendable ([UInt8]) throws -> [UInt8]
        var testDescription: String { vector }

        init<Value: MLSCodable>(_ vector: String, _: Value.Type) {
            self.vector = "format " + vector
            decode = { try Value(decoding: $0).encoded }
        }
    }

    /// By the names that the vectors have for ever.
    private static let formats = [
        Format("PasswordKDF argon2id", PasswordKDF.self), Format("PasswordKDF pbkdf2", PasswordKDF.self),
        Format("PreLoginRequest", PreLoginQuestion.self), Format("SignedPreLoginAnswer", SignedPreLoginAnswer.self),
        Format("SignedPreLoginAnswer device", SignedPreLoginAnswer.self), Format("LoginProof", LoginProof.self),
        Format("Slot store password", StoreSlot.self), Format("Slot store recovery", StoreSlot.self),
        Format("Slot store device", StoreSlot.self), Format("Slot profile password", ProfileSlot.self),
        Format("Keyring", Keyring.self), Format("SealedKeyring", SealedKeyring.self),
        Format("DataKeyHandover", DataKeyHandover.self), Format("Profile", Profile.self),
        Format("SealedProfile", SealedProfile.self),
        Format("GroupAnchor", GroupAnchor.self), Format("GroupAnchor behind", GroupAnchor.self),
        Format("StoreAnchor", StoreAnchor.self),
        Format("MoveAnchor", MoveAnchor.self), Format("SignedMovedStatement", SignedMovedStatement.self),
        Format("ForwardPointer", ForwardPointer.self), Format("ArchiveHeader", ArchiveHeader.self),
        Format("ArchiveRecord contents", ArchiveRecord.self), Format("ArchiveRecord end", ArchiveRecord.self),
    ]

    private func check(_ bytes: [UInt8], _ format: Format) {
        do {
            #expect(try format.decode(bytes) == bytes)
        } catch {
            #expect(error is CodecError)
        }
    }

    @Test(arguments: formats) private func truncatedOrTooLong(format: Format) throws {
        let bytes = try Vectors.bytes(format.vector)
        for count in 0..<bytes.count {
            #expect(throws: CodecError.self) { try format.decode(Array(bytes.prefix(count))) }
        }
        #expect(throws: CodecError.self) { try format.decode(bytes + [0]) }
    }

    @Test(arguments: formats) private func damaged(format: Format) throws {
        let bytes = try Vectors.bytes(format.vector)
        for copy in bytes.withOneBitFlipped { check(copy, format) }
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            var copy = bytes
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                copy[Int.random(in: copy.indices, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            check(copy, format)
        }
    }

    @Test(arguments: formats) private func random(format: Format) {
        var generator = SeededGenerator(seed: 2)
        for count in 0..<500 {
            // Half of them begin with the right version, so that they get further.
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if count.isMultiple(of: 2), count > 0 { bytes[0] = 1 }
            check(bytes, format)
        }
    }

    /// Groups' anchors have a second version.
    @Test(arguments: [0, 2, 255] as [UInt8]) func otherVersionsDoNotDecode(version: UInt8) throws {
        let versioned = Self.formats.filter { !$0.vector.contains("PasswordKDF") && !$0.vector.contains("Request") }
        for format in versioned where version != 2 || !format.vector.contains("GroupAnchor") {
            let bytes = [version] + (try Vectors.bytes(format.vector)).dropFirst()
            #expect(throws: CodecError(.invalidValue), "\(format.vector)") { try format.decode(bytes) }
        }
    }

    @Test func textsOfRandomCharacters() {
        var generator = SeededGenerator(seed: 3)
        for count in 0..<1000 {
            let scalars = (0..<count % 80).map { _ in
                UnicodeScalar(UInt32.random(in: 0...0x2ff, using: &generator)) ?? "?"
            }
            let text = String(String.UnicodeScalarView(scalars))
            #expect(throws: KeyHierarchyError(.invalidRecoveryCode)) { try RecoveryCode(text: text) }
            #expect(throws: KeyHierarchyError(.invalidSetupCode)) {
                try SetupCode(text: SetupCode.prefix + text)
            }
            if let origin = try? Origin(typed: "http://" + text) {
                #expect(Origin(rawValue: origin.rawValue) == origin)
            }
        }
    }
}
