import CloudMLSAPI
import ServerKit

/// What a user's objects come to.
package struct StoreUsage: Sendable {
    let state: StoreState
    /// What it was when it was read.
    let before: (bytes: Int, objects: Int)
    var bytes: Int
    var objects: Int
    var cursor: UInt64
    /// The least object key that a body may be sealed under.
    let minimumKeyID: UInt32

    init(state: StoreState, bytes: Int, objects: Int, cursor: UInt64, minimumKeyID: UInt32) {
        self.state = state
        before = (bytes, objects)
        (self.bytes, self.objects) = (bytes, objects)
        self.cursor = cursor
        self.minimumKeyID = minimumKeyID
    }
}
