import Dispatch

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension ChildProcess {
    /// Waits until the process has stopped at a point it was asked to pause at, or has ended.
    ///
    /// - Parameter count: how many such points there were before.
    /// - Returns: the point; nil where it has ended.
    func nextPause(after count: Int) async throws -> String? {
        while true {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { [identifier] in
                    // Its end stays to be waited for by whoever started it.
                    var information = siginfo_t()
                    _ = waitid(P_PID, id_t(identifier), &information, WSTOPPED | WEXITED | WNOWAIT)
                    _ = waitid(P_PID, id_t(identifier), &information, WSTOPPED | WNOHANG)
                    continuation.resume()
                }
            }
            let pauses = try text(errorFile).split(separator: "\n").compactMap { line in
                line.firstMatch(of: /^paused at (.+)$/).map { String($0.1) }
            }
            if pauses.count > count { return pauses[count] }
            if hasEnded || kill(identifier, 0) != 0 { return nil }
            await Task.yield()
        }
    }
}
