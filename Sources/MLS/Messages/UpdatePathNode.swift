import MLSCodec

// struct {
//     HPKEPublicKey encryption_key;
//     HPKECiphertext encrypted_path_secret<V>;
// } UpdatePathNode;

/// One node of an UpdatePath (RFC 9420 §7.6).
package struct UpdatePathNode: Hashable, Sendable, MLSCodable, LaidOut {
    package var encryptionKey: HPKEPublicKey
    private var ciphertexts: EncodedCiphertexts

    package init(encryptionKey: HPKEPublicKey, encryptedPathSecrets: [HPKECiphertext]) {
        self.init(encryptionKey: encryptionKey, ciphertexts: EncodedCiphertexts(encryptedPathSecrets))
    }

    private init(encryptionKey: HPKEPublicKey, ciphertexts: EncodedCiphertexts) {
        self.encryptionKey = encryptionKey
        self.ciphertexts = ciphertexts
    }

    static let layout: StructLayout<Self, HPKEPublicKey, EncodedCiphertexts> = StructLayout(
        \.encryptionKey, \.ciphertexts
    ) { Self(encryptionKey: $0, ciphertexts: $1) }

    /// The node's path secret, once for each node in the resolution of the copath child.
    package var encryptedPathSecrets: [HPKECiphertext] {
        get { ciphertexts.all }
        set { ciphertexts = EncodedCiphertexts(newValue) }
    }

    /// How many there are of `encryptedPathSecrets`.
    var encryptedPathSecretCount: Int { ciphertexts.count }

    /// One of `encryptedPathSecrets`; `nil` if there are not so many.
    func encryptedPathSecret(at index: Int) -> HPKECiphertext? { ciphertexts[index] }
}

/// `HPKECiphertext x<V>` as it travels: a receiver needs one of them, and in a group whose members were all added at once
/// there is one for each of them.
struct EncodedCiphertexts: Hashable, Sendable, MLSCodable {
    /// The vector's content: whole ciphertexts, so many.
    private let content: [UInt8]

    init(_ ciphertexts: [HPKECiphertext]) {
        var writer = MLSWriter(reservingCapacity: ciphertexts.count * 96)
        for ciphertext in ciphertexts {
            writer.write(opaque: ciphertext.kemOutput)
            writer.write(opaque: ciphertext.ciphertext)
        }
        content = writer.bytes
    }

    func encode(into writer: inout MLSWriter) { writer.write(opaque: content) }

    init(from reader: inout MLSReader) throws(CodecError) {
        var vector = try reader.readVector()
        let start = vector.offset
        while !vector.isAtEnd { try Self.skip(in: &vector) }
        content = vector.bytes(since: start)
    }

    /// What is kept was written here, or `skip` went through it to its end, past the same two vectors that a ciphertext is read
    /// from (RFC 9420 §7.6): no message of anybody's reaches this.
    private static func cannotFail(_ error: CodecError) -> Never {
        preconditionFailure("ciphertexts that cannot be read a second time: \(error)")
    }

    private static func skip(in reader: inout MLSReader) throws(CodecError) {
        try reader.skipOpaque()
        try reader.skipOpaque()
    }

    var count: Int {
        var reader = MLSReader(content)
        var count = 0
        do {
            while !reader.isAtEnd {
                try Self.skip(in: &reader)
                count += 1
            }
        } catch { Self.cannotFail(error) }
        return count
    }

    var all: [HPKECiphertext] {
        var reader = MLSReader(content)
        do { return try HPKECiphertext.decodeElements(from: &reader) } catch { Self.cannotFail(error) }
    }

    subscript(index: Int) -> HPKECiphertext? {
        guard index >= 0 else { return nil }
        var reader = MLSReader(content)
        do {
            for _ in 0..<index { try Self.skip(in: &reader) }
            return try HPKECiphertext(from: &reader)
        } catch {
            return nil
        }
    }
}
