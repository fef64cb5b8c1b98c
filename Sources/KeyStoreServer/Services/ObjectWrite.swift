package import ServerKit

/// One write: a new body, or none for a tombstone.
package struct ObjectWrite: Sendable {
    /// 32 bytes.
    package var name: [UInt8]
    package var precondition: Precondition
    package var body: [UInt8]?

    package init(name: [UInt8], precondition: Precondition, body: [UInt8]?) {
        self.name = name
        self.precondition = precondition
        self.body = body
    }
}
