public import CloudMLSAPI

/// Everything a signed-in user does with accounts, groups and messages: the library's front door.
///
/// It may be used from many tasks at once, and by the same user on many devices at once. What is cut short by a failure
/// is finished by the next `sync()`, on whichever device. All methods throw `ClientError`.
public actor Messenger {
    let services: Services
    let accountService: AccountService
    private let reader: MessageReader
    let onSync: @Sendable (SyncReport) -> Void
    private var groupActors: [GroupID: GroupActor] = [:]
    /// Whether synchronising renews KeyPackages by itself.
    let renewsDaily: Bool
    /// When this process has tried to renew them, in seconds since 1970.
    var renewalTried: UInt64?

    /// - Parameters:
    ///   - context: what signing in gave.
    ///   - onSync: called after each synchronisation, also where another call begins with one.
    public init(
        context: ClientContext, policy: MessagingPolicy = MessagingPolicy(),
        onSync: @escaping @Sendable (SyncReport) -> Void = { _ in }
    ) {
        self.init(services: Services(context: context, policy: policy), renewsDaily: true, onSync: onSync)
    }

    package init(
        services: Services, renewsDaily: Bool = false, onSync: @escaping @Sendable (SyncReport) -> Void = { _ in }
    ) {
        self.services = services
        self.renewsDaily = renewsDaily
        self.onSync = onSync
        accountService = AccountService(services: services)
        reader = MessageReader(objects: services.objects)
    }

    // Accounts

    /// Adds a platform account, or changes its settings; then publishes KeyPackages, so that others can add it.
    ///
    /// - Parameter settings: what the platform needs to know on every device, such as the folder of `folder`.
    /// - Throws: `refused(.accountTaken)` if it is another user's.
    public func addAccount(_ account: AccountAddress, settings: [String: String] = [:]) async throws {
        try await accountService.add(account, settings: settings)
    }

    /// The user's accounts, in the order in which they were added.
    public func accounts() async throws -> [AccountSummary] {
        try await accountService.list().map { entry in
            AccountSummary(
                account: entry.account,
                settings: Dictionary(entry.settings.map { ($0.name, $0.value) }) { _, last in last })
        }
    }

    // Messages

    /// Encrypts a text for a group as it is now: its log is applied first, and what others have proposed is committed.
    ///
    /// - Returns: the text to send over the platform. It is never the plaintext.
    /// - Throws: `groupReadOnly`, `rolledBack`, or why a server could not be reached; then nothing may be sent.
    public func encrypt(_ text: String, for group: GroupID) async throws -> String {
        MessageText.encode(try await working(on: group) { try await $0.encrypt(text) })
    }

    /// Reads a text that came over a platform, of whichever group and epoch, as often as wanted.
    public func decrypt(_ text: String) async throws -> ReadMessage { try await reader.read(text) }

    // What needs the user's eyes

    /// What could not be processed, oldest first.
    public func parked() async throws -> [ParkedReport] {
        let parked = try await services.objects.value(StorePath.parked).decoded(ParkedMessages.self)
        return (parked?.entries ?? []).map { entry in
            ParkedReport(group: entry.group, reason: entry.reason, time: entry.time)
        }
    }

    /// The accounts whose identity key is another one than was seen first: their owners should confirm it in another way.
    public func identityChanges() async throws -> [IdentityChange] {
        let pins = try await services.objects.value(StorePath.pins).decoded(IdentityPins.self)
        return (pins?.changed ?? []).map {
            IdentityChange(account: $0.account, key: $0.key, seen: $0.seen)
        }
    }

    /// The one actor that works on a group in this process.
    func actor(_ group: GroupID) -> GroupActor {
        if let known = groupActors[group] { return known }
        let made = GroupActor(id: group, services: services)
        groupActors[group] = made
        return made
    }

    /// Runs something on a group, and tells what was healed on the way, whether it succeeds or not.
    func working<Result: Sendable>(
        on group: GroupID, _ operation: (GroupActor) async throws -> Result
    ) async throws -> Result {
        let actor = actor(group)
        do {
            let result = try await operation(actor)
            await tellHealing(of: actor)
            return result
        } catch {
            await tellHealing(of: actor)
            throw error
        }
    }

    private func tellHealing(of actor: GroupActor) async {
        guard let healing = await actor.takeHealing() else { return }
        var report = SyncReport()
        report.note(healing, of: actor.id)
        onSync(report)
    }

    func index() async throws -> StoreIndex {
        try await services.objects.value(StorePath.index).decoded() ?? StoreIndex()
    }
}
