import ArgumentParser
import CommandSupport

/// How often a command that takes long says how far it is.
struct ProgressOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where there is no terminal: say every so many seconds how far it is; 0 says nothing.",
            valueName: "seconds"))
    var progressEvery = 10.0

    func validate() throws {
        guard (0...1_000_000).contains(progressEvery) else {
            throw ValidationError("--progress-every takes a number of seconds")
        }
    }

    func bar(unit: String) -> ProgressBar { ProgressBar(unit: unit, interval: .seconds(progressEvery)) }
}
