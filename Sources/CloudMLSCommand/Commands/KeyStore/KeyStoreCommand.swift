import ArgumentParser

struct KeyStoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key-store",
        abstract: "Move your data from one key store to another, or into a file.",
        subcommands: [Move.self, EmptyOld.self, Export.self, Verify.self, Import.self])
}
