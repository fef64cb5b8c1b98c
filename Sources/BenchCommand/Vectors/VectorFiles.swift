import Foundation
import MLSVectors

/// The files that a person named, each with its form.
struct VectorFiles {
    struct File {
        var name: String
        var url: URL
        /// `nil` for a name that tells no form.
        var format: VectorFormat?

        func verify(
            progress: (_ done: Int, _ total: Int) -> Void
        ) -> Result<VectorResult, VectorFileError> {
            Result { () throws(VectorFileError) in
                guard let format else {
                    throw VectorFileError("no form of vectors has files of this name")
                }
                let data: Data
                do { data = try Data(contentsOf: url) } catch {
                    throw VectorFileError("it cannot be read: \(error.localizedDescription)")
                }
                return try format.verify(
                    data, atOnce: 2 * ProcessInfo.processInfo.activeProcessorCount, progress: progress)
            }
        }
    }

    let all: [File]

    /// - Parameter form: of all .json files; without it, names tell.
    init(at path: String, form: VectorFormat?) throws(VectorFolderError) {
        let url = URL(fileURLWithPath: path)
        guard let isFolder = Self.isFolder(url) else {
            throw VectorFolderError(description: "there is no folder \(path)")
        }
        let urls: [URL]
        if isFolder {
            do {
                urls = try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
                    .filter { !$0.lastPathComponent.hasPrefix(".") && $0.lastPathComponent != "README.md" }
                    .filter { Self.isFolder($0) == false }
            } catch {
                throw VectorFolderError(description: "cannot read \(path): \(error.localizedDescription)")
            }
        } else {
            urls = [url]
        }
        all = urls.map { url in
            let name = url.lastPathComponent
            return File(
                name: name, url: url,
                format: form.flatMap { name.hasSuffix(".json") ? $0 : nil } ?? VectorFormat.of(file: name))
        }
        .sorted { $0.name < $1.name }
        guard all.contains(where: { $0.format != nil }) else {
            throw VectorFolderError(
                description: """
                    there is no file of test vectors in \(path). Files are known by their names: \(Self.patterns). Those of \
                    other names are read with --form, and those of folders inside it by naming these.
                    """)
        }
    }

    static let patterns = VectorFormat.all.map(\.filePattern).joined(separator: ", ")

    /// `nil` if there is nothing.
    private static func isFolder(_ url: URL) -> Bool? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { return nil }
        return isFolder.boolValue
    }
}

/// There is nothing to verify.
struct VectorFolderError: Error, CustomStringConvertible {
    var description: String
}
