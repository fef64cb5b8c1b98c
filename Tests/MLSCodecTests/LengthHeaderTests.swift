import MLSCodec
import Testing

/// Variable-length headers (RFC 9420 §2.1.2); the first three encodings are the examples given there.
@Suite struct LengthHeaderTests {
    @Test(arguments: [
        ([0x25], 37), ([0x7b, 0xbd], 15_293), ([0x9d, 0x7f, 0x3e, 0x7d], 494_878_333),
        ([0x00], 0), ([0x3f], 63), ([0x40, 0x40], 64), ([0x7f, 0xff], 16_383), ([0x80, 0x00, 0x40, 0x00], 16_384),
        ([0xbf, 0xff, 0xff, 0xff], (1 << 30) - 1),
    ])
    func headerOfLength(_ bytes: [UInt8], _ length: Int) {
        var writer = MLSWriter()
        writer.write(length: length)
        #expect(writer.bytes == bytes)
    }

    @Test(arguments: [0, 1, 63, 64, 65, 16_383, 16_384, 70_000])
    func vectorRoundTrip(_ length: Int) throws {
        let value = [UInt8](repeating: 7, count: length)
        #expect(try [UInt8](decoding: value.encoded) == value)
        var writer = MLSWriter()
        writer.writeVector { $0.write(raw: value) }
        #expect(writer.bytes == value.encoded)
    }

    /// 37 in two bytes, 37 and 16,383 in four, and the reserved form.
    @Test(
        arguments: [
            [0x40, 0x25], [0x80, 0, 0, 0x25], [0x80, 0, 0x3f, 0xff], [0xc0, 0, 0, 0, 0, 0, 0, 0], [0xff],
        ] as [[UInt8]])
    func refusedHeaders(_ bytes: [UInt8]) {
        #expect(throws: CodecError(.invalidLength)) { try [UInt8](decoding: bytes + [UInt8](repeating: 0, count: 64)) }
    }

    @Test(arguments: [[], [0x01], [0x40], [0x40, 0x40], [0x80, 0x00, 0x40], [0xbf, 0xff, 0xff, 0xff]] as [[UInt8]])
    func aLengthBeyondTheInputIsRefused(_ bytes: [UInt8]) {
        #expect(throws: CodecError(.truncated)) { try [UInt8](decoding: bytes) }
    }

    @Test func aFailedReadMovesNothing() {
        var reader = MLSReader([0x05, 1, 2])
        #expect(throws: CodecError(.truncated)) { try reader.readOpaque() }
        #expect(reader.offset == 0)
    }
}
