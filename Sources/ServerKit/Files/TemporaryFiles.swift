import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Files and folders that must not stay when the program is interrupted.
package enum TemporaryFiles {
    private static let paths = Mutex<Set<String>>([])

    /// Makes something, and remembers it in the same moment.
    static func making<Made>(_ path: String, _ make: () throws(StartupError) -> Made) throws(StartupError) -> Made {
        try paths.withLock { paths throws(StartupError) in
            let made = try make()
            paths.insert(path)
            return made
        }
    }

    static func forget(_ path: String) { _ = paths.withLock { $0.remove(path) } }

    /// Removes all of them, and ends the program while nobody can make others.
    package static func removeAllAndExit(_ status: Int32) -> Never {
        paths.withLock { paths in
            for path in paths { unlink("\(path)-journal") }
            for path in paths where unlink(path) != 0 {
                // SQLite may be making a file in it at this moment.
                for _ in 0..<100 where !ScratchFolder.remove(path) {}
            }
            _exit(status)
        }
    }
}
