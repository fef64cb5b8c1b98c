import CSQLite
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
    package static func prepare(logFormat: LogFormat = .text) {
        LoggingSystem.bootstrap { logFormat.handler(label: $0) }
        // A file that may not grow is an error of one write, not the end of the server.
        signal(SIGXFSZ, SIG_IGN)
        allowManyFiles()
        // Nobody reads that count.
        _ = sqlite3_config_without_memory_status()
        // A server at home has little to do at a time: each thread takes memory of its own.
        NIOSingletons.groupLoopCountSuggestion = 2
        NIOSingletons.blockingPoolThreadCountSuggestion = 2
    }

    /// Every connection is an open file, and most systems allow a process 1,024 unless it asks for more.
    private static func allowManyFiles() {
        #if canImport(Glibc)
            let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let files = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0, limit.rlim_cur < 65_536 else { return }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        setrlimit(files, &limit)
    }
}
