import MLSCodec
import Testing

private struct Nothing: MLSCodable, Equatable {
    func encode(into writer: inout MLSWriter) {}
    init(from reader: inout MLSReader) throws(CodecError) {}
}

@Suite struct StandardTypesTests {
    @Test func integersAreInNetworkOrder() throws {
        #expect(UInt16(0x0102).encoded == [1, 2])
        #expect(UInt32(0x0102_0304).encoded == [1, 2, 3, 4])
        #expect(UInt64(0x0102_0304_0506_0708).encoded == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(try UInt64(decoding: [255, 255, 255, 255, 255, 255, 255, 255]) == .max)
    }

    @Test func optionals() throws {
        #expect(UInt8?.none.encoded == [0])
        #expect(UInt8?.some(7).encoded == [1, 7])
        #expect(try UInt8?(decoding: [1, 7]) == 7)
        #expect(throws: CodecError(.invalidPresence)) { try UInt8?(decoding: [2, 7]) }
        #expect(throws: CodecError(.truncated)) { try UInt8?(decoding: [1]) }
    }

    @Test func strings() throws {
        #expect("grüezi".encoded == [7] + Array("grüezi".utf8))
        #expect(try String(decoding: "grüezi".encoded) == "grüezi")
        #expect(throws: CodecError(.invalidValue)) { try String(decoding: [2, 0xc3, 0x28]) }
    }

    @Test func vectorsOfVectors() throws {
        let value: [[UInt16]] = [[1, 2], [], [3]]
        #expect(value.encoded == [9, 4, 0, 1, 0, 2, 0, 2, 0, 3])
        #expect(try [[UInt16]](decoding: value.encoded) == value)
    }

    @Test func anElementThatEndsHalfWayIsRefused() {
        #expect(throws: CodecError(.truncated)) { try [UInt16](decoding: [3, 0, 1, 2]) }
    }

    /// Without the check, a vector of such elements would be decoded for ever.
    @Test func anElementWithoutBytesIsRefused() {
        #expect(throws: CodecError(.noProgress)) { try [Nothing](decoding: [1, 0]) }
    }

    @Test func theBytesOfAValueCanBeTakenBack() throws {
        var reader = MLSReader([9, 2, 1, 2, 8])
        _ = try reader.readInteger(UInt8.self)
        let start = reader.offset
        _ = try reader.readOpaque()
        #expect(reader.bytes(since: start) == [2, 1, 2])
        #expect(reader.remaining == 1)
        #expect(throws: CodecError(.trailingBytes)) { try reader.expectEnd() }
    }
}
