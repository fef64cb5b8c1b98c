import ArgumentParser
import KeyStoreServer

/// Who may register, and how much the server takes.
struct LimitOptions: ParsableArguments {
    @Option(help: "Who can register: closed, whoever has a setup code; open, anyone.")
    var registration = KeyStoreConfiguration.Registration.closed

    @Option(help: ArgumentHelp("Bytes of one object.", valueName: "bytes"))
    var objectSize = KeyStoreLimits().objectSize

    @Option(help: ArgumentHelp("Bytes of all objects of a user.", valueName: "bytes"))
    var userBytes = KeyStoreLimits().userBytes

    @Option(help: ArgumentHelp("Objects of a user, deleted ones included.", valueName: "count"))
    var userObjects = KeyStoreLimits().userObjects

    @Option(help: ArgumentHelp("Objects in one batch.", valueName: "count"))
    var batchCount = KeyStoreLimits().batchCount

    @Option(help: ArgumentHelp("Bytes of all objects in one batch.", valueName: "bytes"))
    var batchSize = KeyStoreLimits().batchSize

    func validate() throws {
        guard (4_096...64 << 20).contains(objectSize), (objectSize...256 << 20).contains(batchSize) else {
            throw ValidationError(
                "--object-size takes 4096 to 67108864 bytes, --batch-size from that up to 268435456.")
        }
        guard (1...1_024).contains(batchCount), userBytes > 0, userObjects > 0 else {
            throw ValidationError("--batch-count takes 1 to 1024; the quotas are numbers from 1 on.")
        }
    }

    func apply(to configuration: inout KeyStoreConfiguration) {
        configuration.registration = registration
        configuration.limits.objectSize = objectSize
        configuration.limits.userBytes = userBytes
        configuration.limits.userObjects = userObjects
        configuration.limits.batchCount = batchCount
        configuration.limits.batchSize = batchSize
    }
}

extension KeyStoreConfiguration.Registration: ExpressibleByArgument {}
