import Foundation

/// At which of a command's requests a test that enumerates them looks.
///
/// `Deploy/test --every-point` looks at each, which takes long. The suite looks at every fourth.
enum Points {
    static let isEvery = ProcessInfo.processInfo.environment["MLS_TEST_EVERY_POINT"] == "1"
    private static let stride = isEvery ? 1 : 4

    /// The request of the nth time, from 0.
    /// - Parameter offset: makes different tests look at different requests.
    static func request(_ number: Int, offset: Int = 0) -> Int { number * stride + offset % stride }
}
