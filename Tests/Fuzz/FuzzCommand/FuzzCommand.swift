import CLibFuzzer
import Foundation

/// What libFuzzer gives its inputs to. It is set once, before there is a second thread.
nonisolated(unsafe) private var chosen = FuzzTarget.messages

/// libFuzzer's own `main`, which is linked and never runs, asks for this name.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    chosen.run(Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}

/// `cloudmls-fuzz TARGET [libFuzzer's arguments]`, `cloudmls-fuzz list`, `cloudmls-fuzz seeds FOLDER [VECTORS]`.
@main enum FuzzCommand {
    static func main() throws {
        let arguments = CommandLine.arguments
        switch arguments.dropFirst().first {
        case "list":
            for target in FuzzTarget.allCases { print("\(target.rawValue)\t\(target.summary)") }
        case "seeds" where arguments.count == 3 || arguments.count == 4:
            let vectors = arguments.count == 4 ? URL(fileURLWithPath: arguments[3]) : nil
            try Seeds(vectors: vectors).write(to: URL(fileURLWithPath: arguments[2]))
        case let name?:
            guard let target = FuzzTarget(rawValue: name) else { return usage() }
            chosen = target
            target.prepare()
            runLibFuzzer()
        default:
            usage()
        }
    }

    /// Gives libFuzzer all arguments but the target's name.
    private static func runLibFuzzer() {
        var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        arguments.remove(at: 1)
        var count = CInt(arguments.count - 1)
        let status: CInt = arguments.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            return LLVMFuzzerRunDriver(&count, &start) { testOneInput($0, $1) }
        }
        exit(status)
    }

    private static func usage() {
        print("cloudmls-fuzz TARGET [libFuzzer's arguments] | list | seeds FOLDER [VECTORS]")
        exit(2)
    }
}
