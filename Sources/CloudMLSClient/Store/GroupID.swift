import CloudMLSAPI
public import MLSCodec

/// An MLS group's id: 16 to 64 random bytes. A chat's name says nothing about it, and the other way round.
public struct GroupID: Hashable, Sendable, MLSStruct, CustomStringConvertible {
    public let bytes: [UInt8]

    /// How many bytes an id may have.
    package static let sizes = 16...64

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads lower-case hexadecimal; nil for anything else.
    public init?(hex: some StringProtocol) {
        guard let bytes = [UInt8](hex: hex) else { return nil }
        self.bytes = bytes
    }

    /// Lower-case hexadecimal.
    public var hex: String { bytes.hex }

    public var description: String { hex }

    public static var layout: StructLayout<Self, [UInt8]> { StructLayout(\.bytes) { Self($0) } }
}
