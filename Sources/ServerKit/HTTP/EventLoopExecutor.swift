import NIOCore

/// Runs tasks on the thread of an event loop.
///
/// A request that arrives on a loop, and whose answer leaves from there, is worked on there too: a thread of another pool
/// would have to be woken for each part of a request and would have to wake the loop again for each part of its answer,
/// which shows beside requests as small as most are.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
