package import ArgumentParser
import CommandSupport
import Foundation
import ServerKit

/// `doctor`: what is wrong, and what helps.
package struct DoctorCommand<Served: StoredRole>: ParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "doctor",
            abstract: "Look whether everything that the server depends on is as it should be.",
            discussion: """
                Looks at the data folder and who can read it, the database, the disk, the clock, the \
                certificate, and the age of the newest good backup. Changes nothing; works beside a \
                running server. Ends with 1 where there is an error, with 0 otherwise.

                EXAMPLE
                  \(Served.programName) doctor --tls-certificate fullchain.pem --tls-key privkey.pem
                """)
    }

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("The server's certificate chain, as it is given to the server.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The certificate's private key.", valueName: "file"))
    var tlsKey: String?

    @OptionGroup(title: "Data") var data: DataOptions<Served>

    package init() {}

    private struct Report: Encodable {
        var ok: Bool
        var checks: [DoctorFinding]
    }

    package func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together.")
        }
    }

    package func run() throws {
        var tls: TLSFiles?
        if let tlsCertificate, let tlsKey {
            tls = TLSFiles(certificateChain: tlsCertificate, privateKey: tlsKey)
        }
        let findings = Doctor(Served.schema).examine(dataFolder: data.folder, tls: tls)
        let isWell = !findings.contains { $0.level == .error }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            Terminal.say(String(decoding: try encoder.encode(Report(ok: isWell, checks: findings)), as: UTF8.self))
        } else {
            for finding in findings {
                let level = finding.level.rawValue + String(repeating: " ", count: 7 - finding.level.rawValue.count)
                Terminal.say("\(level)  \(finding.subject): \(finding.text)")
                if let advice = finding.advice { Terminal.say("         what to do: \(advice)") }
            }
        }
        if !isWell { throw ExitCode(1) }
    }
}
