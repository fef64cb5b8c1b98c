import MLS
import MLSCodec

struct DeserializationVector: Vector {
    var vlbytesHeader: HexBytes
    var length: Int

    var suite: UInt16? { nil }

    func verify(_ provider: any CipherSuiteProvider) throws {
        var reader = MLSReader(vlbytesHeader.bytes)
        try expectEqual(reader.readLengthHeader(), length, "length")
        try expect(reader.isAtEnd, "bytes after the header")
        var writer = MLSWriter()
        writer.write(length: length)
        try expectEqual(writer.bytes, vlbytesHeader.bytes, "vlbytes_header")
    }
}
