import Foundation
import ServerKit
import Testing

/// The files in a server's folder.
@Suite struct DataFolderTests {
    @Test func aPrivateFileIsReplacedWhole() throws {
        let place = try TemporaryFolder()
        let folder = try DataFolder(path: place.dataFolder, exclusively: true)
        try folder.writePrivateFile(named: "note", "a longer first text\n")
        // What a program that was killed left behind is in nobody's way.
        try Data("half".utf8).write(to: URL(filePath: "\(folder.path)/note.new"))
        try folder.writePrivateFile(named: "note", "second\n")
        #expect(try String(contentsOfFile: "\(folder.path)/note", encoding: .utf8) == "second\n")
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/note.new"))
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/note")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        folder.removeFile(named: "note")
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/note"))
    }
}
