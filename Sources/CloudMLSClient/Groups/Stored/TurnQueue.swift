/// Those who wait for their turn, in order of arrival.
struct TurnQueue {
    struct Waiter {
        var number: UInt64
        var continuation: CheckedContinuation<Void, any Error>
    }

    var isTaken = false
    var waiting: [Waiter] = []
    /// How many have waited so far.
    var count: UInt64 = 0
}
