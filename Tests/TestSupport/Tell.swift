import Foundation

/// Prints a line for who watches a long test. `print` keeps lines back until many have come together, where they go into a
/// pipe; the test program does not with these. `swift test` still does, where its own output goes into a file.
package func tell(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}
