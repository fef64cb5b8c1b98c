import ArgumentParser
import Foundation
import MLSVectors

/// `cloudmls-bench vectors`.
struct VerifyVectors: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vectors",
        abstract: "Verifies files of MLS test vectors: all of a folder.",
        discussion: """
            The MLS working group publishes vectors (github.com/mlswg/mls-implementations, folder test-vectors) whose form a \
            file's name tells:
              \(VectorFormat.all.map(\.filePattern).joined(separator: ", "))
            Each file is one line: how many entries it has, how many of them passed, failed and were skipped, and the \
            seconds they took. An entry is skipped if it needs a cipher suite or a feature that this program lacks.

            Ends with 0 if every entry of every file passed, else with 1: also if one was skipped, or a file has another \
            name. Hidden files, README.md and folders inside the folder are left alone.

            EXAMPLES
              cloudmls-bench vectors mls-implementations/test-vectors
              cloudmls-bench vectors mls-implementations/test-vectors --json
              cloudmls-bench vectors mls-implementations/interop/passive --form passive-client
            """)

    @Argument(help: ArgumentHelp("The folder that the files are in, or one file.", valueName: "folder"))
    var folder: String

    @Flag(help: "Print the results as JSON, once all are there, with every entry that did not pass.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Read all .json files as this form, whatever their names are.",
            discussion: "One of \(VectorFormat.all.map(\.name).joined(separator: ", ")).", valueName: "form"))
    var form: String?

    func validate() throws {
        guard let form, VectorFormat.named(form) == nil else { return }
        throw ValidationError(
            "there is no form \(form). The forms are: \(VectorFormat.all.map(\.name).joined(separator: ", ")).")
    }

    func run() throws {
        let files = try VectorFiles(at: folder, form: form.flatMap(VectorFormat.named))
        let progress = VectorProgress()
        var report = VectorReport(folder: folder)
        let table = VectorTable(fileNames: files.all.map(\.name))
        if !json { Output.write(table.head) }
        let clock = ContinuousClock()
        for file in files.all {
            var result: Result<VectorResult, VectorFileError> = .failure(VectorFileError("it was not read"))
            let time = clock.measure {
                result = file.verify { progress.show(file.name, done: $0, of: $1) }
            }
            progress.end()
            report.add(file, result, seconds: time / .seconds(1))
            if !json, let row = report.files.last { Output.write(table.row(row)) }
        }
        Output.write(json ? try report.json : table.foot(report))
        guard report.isComplete else { throw ExitCode.failure }
    }
}
