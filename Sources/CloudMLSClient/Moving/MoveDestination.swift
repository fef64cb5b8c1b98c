import CloudMLSAPI
import KeyHierarchy

/// The key store that a store is carried to.
struct MoveDestination: Sendable {
    /// From whoever runs it.
    let code: SetupCode
    /// The user's name there.
    let userName: UserName
    let service: any KeyStoreService
    /// Of the session there.
    let tokens: DestinationTokens
    /// Signs in there where the name is the user's own already.
    let key: MoveKey
}

/// What opens a store, and signs in where it goes.
enum MoveKey: Sendable {
    /// Asked for only where it is needed.
    case password(@Sendable () async throws -> PasswordHasher)
    case recovery(RecoveryCode)

    var wayIn: WayIn {
        switch self {
        case .password: .password
        case .recovery(let code): .recovery(code)
        }
    }

    func hasher() async throws -> PasswordHasher {
        switch self {
        case .password(let hasher): try await hasher()
        case .recovery: .none
        }
    }
}
