package import Logging

extension Logger {
    /// Says nothing: for servers inside a test's process.
    package static var quiet: Logger { Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() } }
}
