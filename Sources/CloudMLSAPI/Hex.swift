public import MLSCodec

extension [UInt8] {
    /// Lower-case hexadecimal: how byte strings stand in paths.
    public var hex: String { Hexadecimal.digits(self) }

    /// The bytes of a lower-case hexadecimal text, or nil where it is anything else.
    @inlinable
    public init?(hex: some StringProtocol) {
        guard let bytes = Hexadecimal.bytes([UInt8](hex.utf8)) else { return nil }
        self = bytes
    }
}
