import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import Testing

/// A device of a user's that is a part of the test process: the client library over the real servers.
struct LibraryUser: Sendable {
    let context: ClientContext
    let messenger: Messenger
    let account: AccountAddress

    private init(_ name: String, _ context: ClientContext, policy: MessagingPolicy) throws {
        self.context = context
        messenger = Messenger(context: context, policy: policy)
        account = try #require(AccountAddress("folder:\(name)"))
    }

    /// Signs a new user up and adds the account `folder:<name>`.
    static func signUp(
        _ name: String, in world: World, keyStore: Int = 0, policy: MessagingPolicy = MessagingPolicy()
    ) async throws -> LibraryUser {
        let code = try SetupCode(text: String(contentsOf: await world.setupCode(keyStore: keyStore), encoding: .utf8))
        let context = try await authenticator.signUp(
            userName: UserName(typed: name), password: Password(World.password(of: name)),
            authDelivery: Origin(typed: world.authDelivery.origin), keyStore: .setupCode(code))
        let user = try LibraryUser(name, context, policy: policy)
        try await user.messenger.addAccount(user.account)
        return user
    }

    /// Another device of a user who is signed up.
    static func signIn(
        _ name: String, in world: World, policy: MessagingPolicy = MessagingPolicy()
    ) async throws -> LibraryUser {
        let context = try await authenticator.signIn(
            userName: UserName(typed: name), password: Password(World.password(of: name)),
            authDelivery: Origin(typed: world.authDelivery.origin))
        return try LibraryUser(name, context, policy: policy)
    }

    /// The cheapest KDF there is, under the policy that exists for tests only.
    static var authenticator: Authenticator {
        var environment = ClientEnvironment.system
        environment.kdfPolicy = KDFPolicy(testOnlyUnsafeFloorOf: .standard)
        environment.kdfDefault = .argon2id(memoryKiB: 8, iterations: 1, parallelism: 1)
        return Authenticator(withoutSession: nil, environment: environment)
    }
}
