import Logging
import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What is set once for a server's whole process, before anything else runs. For executables, not for tests.
package enum ServerProcess {
    package static func prepare() {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        // A file that may not grow is an error of one write, not the end of the server.
        signal(SIGXFSZ, SIG_IGN)
        // A server at home has little to do at a time: each thread takes memory of its own.
        NIOSingletons.groupLoopCountSuggestion = 2
        NIOSingletons.blockingPoolThreadCountSuggestion = 2
    }
}
