#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Measures what something takes.
package enum Stopwatch {
    /// What is counted.
    package enum Clock {
        /// What this thread was busy for: other programs on the machine do not count.
        case processor
        /// What has passed: for work of several threads.
        case wall
    }

    /// The median duration of `body`, in seconds: of single runs, or of batches where one is too short to be measured.
    ///
    /// - Parameter atLeast: for how long to go on, in seconds.
    package static func seconds(
        _ clock: Clock = .processor, atLeast: Double = 0.1, _ body: () throws -> Void
    ) rethrows -> Double {
        let first = try once(clock, body)
        let batch = max(1, min(1_000, Int(0.001 / max(first, 1e-9))))
        var samples: [Double] = []
        var total = 0.0
        while total < atLeast || samples.count < 3 {
            let sample = try once(clock) { for _ in 0..<batch { try body() } }
            total += sample
            samples.append(sample / Double(batch))
        }
        return median(samples)
    }

    /// The duration of one run, in seconds.
    package static func once(_ clock: Clock = .processor, _ body: () throws -> Void) rethrows -> Double {
        let start = now(clock)
        try body()
        return now(clock) - start
    }

    /// 0 for none.
    package static func median(_ samples: [Double]) -> Double {
        samples.isEmpty ? 0 : samples.sorted()[samples.count / 2]
    }

    private static func now(_ clock: Clock) -> Double {
        var time = timespec()
        clock_gettime(clock == .processor ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
