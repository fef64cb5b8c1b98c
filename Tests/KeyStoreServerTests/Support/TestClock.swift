import ServerKit
import Synchronization

/// A clock that stands still until it is moved.
final class TestClock: Sendable {
    private let seconds = Mutex<UInt64>(1_800_000_000)

    var clock: ServerClock { ServerClock { self.seconds.withLock { $0 } } }

    /// Sets it back, as a battery that ran out does.
    func rewind(by seconds: Int) { self.seconds.withLock { $0 -= UInt64(seconds) } }

    func advance(by seconds: Int) { self.seconds.withLock { $0 += UInt64(seconds) } }
}
