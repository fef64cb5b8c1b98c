import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import Synchronization
import TestSupport
import Testing

/// Two devices of Alice's at real servers, parts of the test process: one is stopped at a request of what it does, and the
/// other does something from beginning to end before it goes on. At each of the first one's requests in turn.
final class TwoHands: Sendable {
    let world: World
    let group: GroupID
    private let plan: CutPlan
    private let authDelivery: CuttingProxy
    private let keyStores: [CuttingProxy]
    private let bob: LibraryUser
    /// What was sent, by its text.
    private let sent = Mutex<[String: String]>([:])

    static let password = "the first password"

    /// Alice has an account, a chat with Bob, and one message in it.
    static func make(keyStores count: Int = 1) async throws -> TwoHands {
        let world = try await World.make(keyStores: count)
        let plan = CutPlan()
        let authDelivery = try CuttingProxy(to: world.authDelivery.origin, plan)
        let keyStores = try world.keyStores.map { try CuttingProxy(to: $0.origin, plan) }
        let bob = try await LibraryUser.signUp("bob", in: world)
        let code = try await setupCode(world, 0, at: keyStores[0])
        let context = try await LibraryUser.authenticator.signUp(
            userName: UserName(typed: "alice"), password: Password(password),
            authDelivery: Origin(typed: authDelivery.origin), keyStore: .setupCode(code))
        let messenger = Messenger(context: context)
        let account = try #require(AccountAddress("folder:alice"))
        try await messenger.addAccount(account)
        let group = try await messenger.createGroup(chat: "chat", account: account, members: [bob.account])
        let hands = TwoHands(world, group, plan, authDelivery, keyStores, bob)
        try await hands.send("before", from: context)
        await context.logOut()
        return hands
    }

    private init(
        _ world: World, _ group: GroupID, _ plan: CutPlan, _ authDelivery: CuttingProxy, _ keyStores: [CuttingProxy],
        _ bob: LibraryUser
    ) {
        self.world = world
        self.group = group
        self.plan = plan
        self.authDelivery = authDelivery
        self.keyStores = keyStores
        self.bob = bob
    }

    private static func setupCode(_ world: World, _ number: Int, at proxy: CuttingProxy) async throws -> SetupCode {
        let file = try await world.setupCode(keyStore: number, origin: proxy.origin)
        return try SetupCode(text: String(contentsOf: file, encoding: .utf8))
    }

    func setupCode(keyStore: Int) async throws -> SetupCode {
        try await Self.setupCode(world, keyStore, at: keyStores[keyStore])
    }

    /// Another device of Alice's.
    func signIn(_ password: String = TwoHands.password) async throws -> ClientContext {
        try await LibraryUser.authenticator.signIn(
            userName: UserName(typed: "alice"), password: Password(password),
            authDelivery: Origin(typed: authDelivery.origin))
    }

    func signIn(_ code: RecoveryCode) async throws -> ClientContext {
        try await LibraryUser.authenticator.signIn(
            userName: UserName(typed: "alice"), recoveryCode: code,
            authDelivery: Origin(typed: authDelivery.origin))
    }

    func send(_ text: String, from context: ClientContext) async throws {
        let sealed = try await Messenger(context: context).encrypt(text, for: group)
        sent.withLock { $0[text] = sealed }
    }

    /// A device reads everything that was ever sent, and writes.
    func expectWorks(_ context: ClientContext, _ comment: String, at location: SourceLocation = #_sourceLocation)
        async throws
    {
        try await send("from a device that works, \(sent.withLock { $0.count })", from: context)
        try await bob.messenger.sync()
        for (text, sealed) in sent.withLock({ $0 }) {
            for reader in [Messenger(context: context), bob.messenger] {
                guard case .sealed(let message) = try await reader.decrypt(sealed) else {
                    Issue.record("\(text) cannot be read: \(comment)", sourceLocation: location)
                    continue
                }
                #expect(message.text == text, "\(comment)", sourceLocation: location)
            }
        }
    }

    /// Runs `second` at each request of `first` (see `Points`), and looks at what became of it.
    ///
    /// - Parameters:
    ///   - devices: signs both in, for each time.
    ///   - check: is given how many times it was called before, and why one of them failed, if it did.
    /// - Returns: how many requests `first` made, at least.
    @discardableResult
    func atEachRequest(
        devices: () async throws -> (ClientContext, ClientContext),
        first: @escaping @Sendable (ClientContext, Int) async throws -> Void,
        second: (ClientContext, Int) async throws -> Void,
        check: (Int, ClientError?, ClientError?) async throws -> Void
    ) async throws -> Int {
        var number = 0
        while true {
            let time = number
            let request = Points.request(time, offset: 1)
            let (one, other) = try await devices()
            plan.hold(request)
            let task = Task { [plan] in
                defer { plan.release() }
                return try await Self.problem { try await first(one, time) }
            }
            guard await plan.isHolding() else {
                #expect(try await task.value == nil)
                return request
            }
            let secondProblem = try await Self.problem { try await second(other, time) }
            plan.release()
            try await check(time, try await task.value, secondProblem)
            await one.logOut()
            await other.logOut()
            number += 1
        }
    }

    /// What a person would be told.
    private static func problem(_ work: () async throws -> Void) async throws -> ClientError? {
        do {
            try await work()
            return nil
        } catch let error as ClientError {
            #expect(!error.hint.isEmpty, "\(error) does not say what to do")
            return error
        }
    }
}
