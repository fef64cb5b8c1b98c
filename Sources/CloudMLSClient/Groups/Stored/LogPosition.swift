package import MLSCodec

/// How far a group's log has been processed.
package struct LogPosition: Hashable, Sendable, MLSStruct {
    /// The auth-delivery server's incarnation: another one numbers anew.
    package var incarnation: [UInt8]
    package var sequence: UInt64

    package init(incarnation: [UInt8], sequence: UInt64) {
        self.incarnation = incarnation
        self.sequence = sequence
    }

    package static var layout: StructLayout<Self, [UInt8], UInt64> {
        StructLayout(\.incarnation, \.sequence) { Self(incarnation: $0, sequence: $1) }
    }
}
