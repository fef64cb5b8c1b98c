/// What became of a file's entries.
package struct VectorResult: Sendable {
    /// An entry that did not pass, and why.
    package struct Problem: Sendable, CustomStringConvertible {
        /// Its place in the file, from 0.
        package var entry: Int
        /// `nil` for formats that need no cipher suite, and for entries that could not be read.
        package var suite: UInt16?
        package var reason: String

        package var description: String {
            suite.map { "entry \(entry) (suite \($0)): \(reason)" } ?? "entry \(entry): \(reason)"
        }
    }

    package var passed = 0
    package var failures: [Problem] = []
    /// Entries that need something which the library does not have.
    package var skips: [Problem] = []

    package var entries: Int { passed + failures.count + skips.count }
    package var isComplete: Bool { entries > 0 && passed == entries }

    package init() {}
}
