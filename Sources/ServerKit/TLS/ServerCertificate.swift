import Foundation
import NIOSSL
import Synchronization

/// The certificate that new connections get. When its files change it is read again; where that fails, the one in use
/// stays.
package final class ServerCertificate: Sendable {
    /// What became of a look at the files.
    package enum Change: Sendable {
        case none
        case renewed(LoadedCertificate)
        case failed(StartupError)
    }

    private struct State {
        var loaded: LoadedCertificate
        /// Of the files when they were last tried.
        var versions: [FileVersion?]
    }

    package let files: TLSFiles
    private let state: Mutex<State>

    package init(_ files: TLSFiles) throws(StartupError) {
        self.files = files
        // The versions first: a change while the files are read is then seen as one.
        let versions = Self.versions(of: files)
        state = Mutex(State(loaded: try LoadedCertificate(files), versions: versions))
    }

    package var current: LoadedCertificate { state.withLock { $0.loaded } }

    /// Reads the files again if they are other ones than those last tried.
    /// - Parameter isForced: also if they look the same.
    package func reload(isForced: Bool = false) -> Change {
        let versions = Self.versions(of: files)
        let isChanged = state.withLock { state in
            defer { state.versions = versions }
            return state.versions != versions
        }
        guard isChanged || isForced else { return .none }
        do {
            let loaded = try LoadedCertificate(files)
            state.withLock { $0.loaded = loaded }
            return .renewed(loaded)
        } catch {
            return .failed(error)
        }
    }

    /// What tells a file from the one that was there before. Links are followed: a renewal often moves one.
    private struct FileVersion: Equatable {
        var path: String
        var number: Int?
        var size: Int?
        var modified: Date?
    }

    private static func versions(of files: TLSFiles) -> [FileVersion?] {
        [files.certificateChain, files.privateKey].map { file in
            let path = URL(filePath: file).resolvingSymlinksInPath().path
            guard let found = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
            return FileVersion(
                path: path, number: (found[.systemFileNumber] as? NSNumber)?.intValue,
                size: (found[.size] as? NSNumber)?.intValue, modified: found[.modificationDate] as? Date)
        }
    }
}
