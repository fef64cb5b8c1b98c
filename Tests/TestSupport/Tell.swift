import Foundation

/// Prints a line for who watches a long test, at once: what goes to standard output is held back until much has come
/// together, by `print` and by `swift test`.
package func tell(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}
