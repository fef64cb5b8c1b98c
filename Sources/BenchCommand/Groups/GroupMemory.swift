import ArgumentParser
import Foundation
import MLS
import MLSCrypto

/// Says how much memory its own process takes, with the group whose stored form it reads from standard input; `mls` runs
/// it once with a group and once without.
struct GroupMemory: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group-memory", abstract: "Says what memory a process with a group takes.", shouldDisplay: false)

    func run() throws {
        var state: [UInt8]? = Array(FileHandle.standardInput.readDataToEndOfFile())
        let group = try state.flatMap { bytes in
            bytes.isEmpty ? nil : try Group(decodingState: bytes, providers: CipherSuiteProviders.provider(for:))
        }
        state = nil
        withExtendedLifetime(group) { print(Self.residentBytes ?? 0) }
    }

    /// What a process with a group takes above one without, in bytes; `nil` where the system does not say.
    static func measure(_ state: [UInt8]) throws -> Int? {
        guard residentBytes != nil else { return nil }
        guard let with = try resident(reading: state), let without = try resident(reading: []) else { return nil }
        return with - without
    }

    private static func resident(reading state: [UInt8]) throws -> Int? {
        let (input, output) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = ["group-memory"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(state))
        try input.fileHandleForWriting.close()
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Int(String(decoding: answer, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static var residentBytes: Int? {
        #if os(Linux)
            // In pages: size, resident, …
            let fields = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
            guard let fields, fields.count > 1, let pages = Int(fields[1]) else { return nil }
            return pages * sysconf(Int32(_SC_PAGESIZE))
        #else
            return nil
        #endif
    }
}
