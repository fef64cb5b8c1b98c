import ArgumentParser
import KeyStoreServer
import ServerKit

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

    @Option(
        help: ArgumentHelp(
            "Logins, refreshes and registrations a minute from one network.", valueName: "count"))
    var networkRate = Int(RateLimitSettings().perNetwork.perMinute)

    @Option(
        help: ArgumentHelp(
            "Failed logins a minute for one user name, from networks where it has not logged in before.",
            valueName: "count"))
    var loginRate = Int(RateLimitSettings().perName.perMinute)

    func validate() throws {
        guard (1...1_000_000).contains(networkRate), (1...1_000_000).contains(loginRate) else {
            throw ValidationError("--network-rate and --login-rate take 1 to 1000000.")
        }
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
        configuration.service.rateLimits = RateLimitSettings(
            perNetwork: RateLimitSettings.Rate(burst: networkRate, perMinute: Double(networkRate)),
            perName: RateLimitSettings.Rate(burst: max(10, loginRate), perMinute: Double(loginRate)))
        configuration.limits.objectSize = objectSize
        configuration.limits.userBytes = userBytes
        configuration.limits.userObjects = userObjects
        configuration.limits.batchCount = batchCount
        configuration.limits.batchSize = batchSize
    }
}

extension KeyStoreConfiguration.Registration: ExpressibleByArgument {}
