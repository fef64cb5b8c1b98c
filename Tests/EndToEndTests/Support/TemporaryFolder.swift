import Foundation
import Synchronization

/// The folders that are there. What tests share is referred to until the end.
private let present = Mutex<Set<URL>>([])

private let goWithUs: Void = {
    atexit {
        for folder in present.withLock({ $0 }) {
            try? FileManager.default.removeItem(at: folder)
        }
    }
}()

/// A folder that is removed with the last reference to it, and at the latest with the test process.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        _ = goWithUs
        url = FileManager.default.temporaryDirectory.appending(path: "cloudmls-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let folder = url
        _ = present.withLock { $0.insert(folder) }
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
        let folder = url
        _ = present.withLock { $0.remove(folder) }
    }

    /// Gives it a name under which nothing removes it.
    func keep() throws -> URL {
        let kept = url.deletingLastPathComponent().appending(
            path: url.lastPathComponent.replacing("cloudmls-test", with: "cloudmls-kept"))
        try FileManager.default.moveItem(at: url, to: kept)
        return kept
    }

    /// A new folder inside.
    func folder(_ name: String) throws -> URL {
        let folder = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return folder
    }

    /// A file inside with this content.
    func file(_ name: String, _ content: String) throws -> URL {
        let file = url.appending(path: name)
        try Data(content.utf8).write(to: file)
        return file
    }
}

/// The content of every file below a folder by its path, to see that nothing changed.
func contents(below folder: URL) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
        let url = folder.appending(path: path)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory), !isDirectory.boolValue
        else { continue }
        found[path] = try Data(contentsOf: url)
    }
    return found
}
