import Foundation

/// How often tests that kill or stop something do it.
///
/// `Deploy/test --every-point` does it at each request of a command, and many times under load, which takes long. The
/// suite does it at every fourth request, and a few times under load. `ActionCrashTests` has points of its own.
package enum Points {
    package static let isEvery = ProcessInfo.processInfo.environment["MLS_TEST_EVERY_POINT"] == "1"
    private static let stride = isEvery ? 1 : 4

    /// How often a server under load is killed.
    package static let kills = isEvery ? 50 : 4

    /// The request of the nth time, from 0.
    /// - Parameter offset: makes different tests look at different requests.
    package static func request(_ number: Int, offset: Int = 0) -> Int { number * stride + offset % stride }
}
