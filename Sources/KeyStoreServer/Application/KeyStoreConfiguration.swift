import CloudMLSAPI
import KeyHierarchy
package import ServerKit

/// What a key store can be told when it starts.
package struct KeyStoreConfiguration: Sendable {
    /// Who can register.
    package enum Registration: String, Sendable, CaseIterable {
        /// Whoever has a setup code.
        case closed
        /// Anyone.
        case open
    }

    package var service: ServiceConfiguration
    package var registration: Registration
    package var limits: KeyStoreLimits
    /// Between two signs of life in a stream of events.
    package var eventHeartbeat = Duration.seconds(Limits.eventHeartbeat)

    package init(dataFolder: String) {
        service = ServiceConfiguration(role: .keyStore, dataFolder: dataFolder)
        registration = .closed
        limits = KeyStoreLimits()
    }
}

/// How much a key store takes. Sizes are in bytes.
package struct KeyStoreLimits: Sendable {
    /// One object.
    package var objectSize = Limits.objectSize
    /// Operations of a batch, or names in a read of many.
    package var batchCount = Limits.batchCount
    /// All bodies of a batch, or of the answer to a read of many.
    package var batchSize = Limits.batchSize
    /// All objects of a user.
    package var userBytes = Limits.userBytes
    /// Names that a user has ever used: a tombstone stays.
    package var userObjects = Limits.userObjects

    package init() {}
}
