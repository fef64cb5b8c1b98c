import CloudMLSAPI
import Synchronization

/// The field `Date` (RFC 9110 §6.6.1), spelled out once a second.
final class DateField: Sendable {
    private let last = Mutex<(second: UInt64, value: String)>((0, ""))

    var value: String {
        let now = ServerClock.system.now
        return last.withLock { last in
            if last.second != now { last = (now, UTCTime(now).httpDate) }
            return last.value
        }
    }
}
