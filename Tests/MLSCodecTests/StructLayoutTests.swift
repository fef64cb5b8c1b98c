import MLSCodec
import Testing

/// struct { opaque group_id<V>; uint64 epoch; optional<uint16> hint; opaque list<V><V>; } Example;
private struct Example: MLSStruct, Equatable {
    var groupID: [UInt8]
    var epoch: UInt64
    var hint: UInt16?
    var list: [[UInt8]]

    static var layout: StructLayout<Self, [UInt8], UInt64, UInt16?, [[UInt8]]> {
        StructLayout(\.groupID, \.epoch, \.hint, \.list) { Self(groupID: $0, epoch: $1, hint: $2, list: $3) }
    }
}

@Suite struct StructLayoutTests {
    @Test func roundTrip() throws {
        let value = Example(groupID: [1, 2], epoch: 3, hint: 4, list: [[5], [], [6, 7]])
        #expect(value.encoded == [2, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3, 1, 0, 4, 6, 1, 5, 0, 2, 6, 7])
        #expect(try Example(decoding: value.encoded) == value)
    }

    @Test func everyTruncationIsRefused() {
        let bytes = Example(groupID: [1, 2], epoch: 3, hint: 4, list: [[5], [], [6, 7]]).encoded
        for length in 0..<bytes.count {
            #expect(throws: CodecError(.truncated)) { try Example(decoding: Array(bytes.prefix(length))) }
        }
        #expect(throws: CodecError(.trailingBytes)) { try Example(decoding: bytes + [0]) }
    }
}
