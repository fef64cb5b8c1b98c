import CloudMLSAPI
import KeyHierarchy
package import ServerKit

/// What the auth-delivery server can be told when it starts.
package struct AuthDeliveryConfiguration: Sendable {
    /// What both servers can be told.
    package var service: ServiceConfiguration
    /// Whether anybody may register.
    package var registrationIsOpen = true
    /// The platforms on which an account goes to whoever registers it first.
    package var firstComePlatforms = ["folder"]
    package var settings = DeliverySettings()

    package init(dataFolder: String) {
        service = ServiceConfiguration(role: .authDelivery, dataFolder: dataFolder)
    }

    /// Throws where a value is out of its range.
    package func validate() throws(StartupError) {
        let platformCharacters = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
        for platform in firstComePlatforms {
            guard (1...32).contains(platform.utf8.count), platform.allSatisfy(platformCharacters.contains) else {
                throw StartupError(.configuration, "--first-come takes a platform's name: a-z, 0-9 and '-'.")
            }
        }
        guard settings.inboxEntries >= 2 else {
            throw StartupError(.configuration, "--inbox-entries takes a number from 2 on.")
        }
        guard settings.groupMembers >= 2, settings.keyPackages >= 1, settings.messageSize >= 65_536 else {
            throw StartupError(
                .configuration,
                "--group-members takes 2, --key-packages 1 and --message-size 65536 at least.")
        }
    }
}
