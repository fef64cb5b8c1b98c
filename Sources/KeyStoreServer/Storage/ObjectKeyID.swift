import KeyHierarchy

/// Under which object key a body is sealed, as its header says.
enum ObjectKeyID {
    /// 0, below every key, where the body does not begin with a header that can be read.
    static func of(_ body: [UInt8]) -> UInt32 { ObjectHeader.keyID(ofObject: body)?.rawValue ?? 0 }
}
