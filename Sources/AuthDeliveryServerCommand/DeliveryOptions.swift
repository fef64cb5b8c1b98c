import ArgumentParser
import AuthDeliveryServer

/// Who may register, and how much the server takes.
struct DeliveryOptions: ParsableArguments {
    enum Registration: String, ExpressibleByArgument, CaseIterable {
        case open
        case closed
    }

    @Option(help: "Whether new users may register.")
    var registration = Registration.open

    @Option(
        help: ArgumentHelp(
            "A platform on which an account goes to whoever registers it first. May be given more than once.",
            discussion: "Accounts of other platforms are refused. Default: folder.", valueName: "platform"))
    var firstCome: [String] = []

    @Option(help: ArgumentHelp("Members of a group.", valueName: "count"))
    var groupMembers = DeliverySettings().groupMembers

    @Option(help: ArgumentHelp("KeyPackages of an account and cipher suite.", valueName: "count"))
    var keyPackages = DeliverySettings().keyPackages

    @Option(help: ArgumentHelp("Entries of an inbox before it overflows into a gap.", valueName: "count"))
    var inboxEntries = DeliverySettings().inboxEntries

    @Option(help: ArgumentHelp("Bytes of an MLS message.", valueName: "bytes"))
    var messageSize = DeliverySettings().messageSize

    @Option(help: ArgumentHelp("Days that a message is kept after everybody acknowledged it.", valueName: "days"))
    var retention = Int(DeliverySettings().retention / 86_400)

    func apply(to configuration: inout AuthDeliveryConfiguration) {
        configuration.registrationIsOpen = registration == .open
        if !firstCome.isEmpty { configuration.firstComePlatforms = firstCome }
        configuration.settings.groupMembers = groupMembers
        configuration.settings.keyPackages = keyPackages
        configuration.settings.inboxEntries = inboxEntries
        configuration.settings.messageSize = messageSize
        configuration.settings.retention = UInt64(clamping: retention) * 86_400
    }

    func validate() throws {
        guard (1...36_500).contains(retention) else {
            throw ValidationError("--retention takes 1 to 36500 days.")
        }
        guard (65_536...64 << 20).contains(messageSize) else {
            throw ValidationError("--message-size takes 65536 to 67108864 bytes.")
        }
        guard (1...10_000).contains(keyPackages), (2...100_000).contains(groupMembers),
            (2...10_000_000).contains(inboxEntries)
        else {
            throw ValidationError(
                "--key-packages takes 1 to 10000, --group-members 2 to 100000, --inbox-entries 2 to 10000000.")
        }
    }
}
