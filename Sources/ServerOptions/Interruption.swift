import Dispatch
import Foundation
import ServerKit
import Synchronization

/// What Ctrl-C and SIGTERM do to a command that has files under construction.
enum Interruption {
    /// From here on, either signal removes those files and ends the program with 130, as a shell counts it.
    static func removeFiles() {
        for number in [SIGINT, SIGTERM] {
            #if canImport(Darwin)
                signal(number, SIG_IGN)
            #endif
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                Terminal.complain("interrupted")
                TemporaryFiles.removeAllAndExit(130)
            }
            source.activate()
            sources.withLock { $0.append(HeldSource(source: source)) }
        }
    }

    /// Held, since a source that nobody holds stops listening.
    private static let sources = Mutex<[HeldSource]>([])

    /// Nobody uses the source again, so that it does not matter which thread holds it.
    private struct HeldSource: @unchecked Sendable {
        let source: any DispatchSourceSignal
    }
}
