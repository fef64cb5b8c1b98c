public import MLSCodec

/// The first byte of every format of this module. Bytes of a version that is not listed do not decode.
public enum FormatVersion: UInt8, Sendable, MLSCodable {
    case v1 = 1
}
