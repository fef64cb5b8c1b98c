package import CloudMLSAPI

/// Keeps an account's pool of KeyPackages full: private parts into the key store as pending, raise the anchor, publish,
/// mark as published. What is pending and unknown to the server is published again, never dropped.
package struct KeyPackageMaintenance: OperationMachine {
    package struct Policy: Sendable, Equatable {
        /// How many ordinary KeyPackages should be available.
        package var target: Int
        /// Seconds before the end of a KeyPackage's life when another one takes its place.
        package var renewal: UInt64
        /// Seconds after it when the private part goes: as long as a Welcome may be on its way.
        package var retention: UInt64

        package init(target: Int = 20, renewal: UInt64 = 7 * 86_400, retention: UInt64 = 30 * 86_400) {
            self.target = target
            self.renewal = renewal
            self.retention = retention
        }
    }

    package enum Action: Sendable, Equatable {
        case read
        /// By ref.
        case askStatus([[UInt8]])
        case make(ordinary: Int, lastResort: Bool)
        case write(KeyPackagePool)
        case raiseAnchor
        case upload(ordinary: [[UInt8]], lastResort: [UInt8]?)
    }

    package enum Event: Sendable, Equatable {
        case pool(KeyPackagePool)
        case statuses([KeyPackageStatus])
        case made([KeyPackagePool.Entry])
        case written
        case conflict
        case anchorRaised
        case uploaded
        case refused(ErrorCode)
    }

    /// How many KeyPackages were published.
    package typealias Output = Int

    private let suite: UInt16
    private let now: UInt64
    private let policy: Policy
    private var stored = KeyPackagePool()
    private var pool = KeyPackagePool()
    /// By ref: the server hands these out no more.
    private var withdrawn: Set<[UInt8]> = []
    private var uploading: [[UInt8]] = []
    private var published = 0
    private var attempts = Attempts(15, orBusy: "Other devices of yours keep changing this account's KeyPackages.")

    /// - Parameter now: seconds since 1970.
    package init(suite: UInt16, now: UInt64, policy: Policy) {
        self.suite = suite
        self.now = now
        self.policy = policy
    }

    package func start() -> Step<Action, Int> { .perform(.read) }

    package mutating func handle(_ event: Event) throws -> Step<Action, Int> {
        switch event {
        case .pool(let pool):
            stored = pool
            self.pool = pool
            self.pool.dropExpired(at: now, retention: policy.retention)
            let refs = living.map(\.ref)
            return refs.isEmpty ? makeMissing(available: 0) : .perform(.askStatus(refs))
        case .statuses(let statuses):
            return makeMissing(available: learn(statuses))
        case .made(let entries):
            pool.entries += entries
            return writeOrPublish()
        case .written:
            stored = pool
            return uploading.isEmpty ? .perform(.raiseAnchor) : .finished(published)
        case .anchorRaised:
            return publish()
        case .uploaded:
            for index in pool.entries.indices where uploading.contains(pool.entries[index].ref) {
                pool.entries[index].state = .published
            }
            published = uploading.count
            return .perform(.write(pool))
        case .refused(.poolFull):
            // They stay pending: the next round finds out which of them the server took.
            return .finished(published)
        case .refused(let code):
            throw ClientError(
                refusal: ErrorBody.Detail(code: code, message: "it does not take this account's KeyPackages."))
        case .conflict:
            return try again()
        }
    }

    /// Those of the suite that the server would still hand out.
    private var living: [KeyPackagePool.Entry] {
        pool.entries.filter { $0.cipherSuite == suite && $0.notAfter > now }
    }

    /// - Returns: how many ordinary ones are available and not about to expire.
    private mutating func learn(_ statuses: [KeyPackageStatus]) -> Int {
        var available = 0
        withdrawn = Set(zip(living, statuses).filter { $0.1 == .withdrawn }.map(\.0.ref))
        for (entry, status) in zip(living, statuses) {
            guard let index = pool.entries.firstIndex(where: { $0.ref == entry.ref }) else { continue }
            // A published one that the server does not know was lost with a restored backup.
            pool.entries[index].state = status == .unknown ? .pending : .published
            let isFresh = entry.notAfter > now + policy.renewal
            if entry.kind == .ordinary, isFresh, status == .available || status == .unknown { available += 1 }
        }
        return available
    }

    private mutating func makeMissing(available: Int) -> Step<Action, Int> {
        let hasLastResort = living.contains {
            $0.kind == .lastResort && $0.notAfter > now + policy.renewal && !withdrawn.contains($0.ref)
        }
        let missing = max(0, policy.target - available)
        guard missing > 0 || !hasLastResort else { return writeOrPublish() }
        return .perform(.make(ordinary: missing, lastResort: !hasLastResort))
    }

    /// What is pending may have been written by another device, or by this one before it was switched off, without its
    /// anchor: so the anchor is raised before anything is published, whoever wrote it.
    private mutating func writeOrPublish() -> Step<Action, Int> {
        guard pool == stored else { return .perform(.write(pool)) }
        return pending.isEmpty ? .finished(published) : .perform(.raiseAnchor)
    }

    private var pending: [KeyPackagePool.Entry] { living.filter { $0.state == .pending } }

    private mutating func publish() -> Step<Action, Int> {
        let pending = pending
        guard !pending.isEmpty else { return .finished(published) }
        let lastResort = pending.last { $0.kind == .lastResort }
        let ordinary = pending.filter { $0.kind == .ordinary }
        uploading = ordinary.map(\.ref) + (lastResort.map { [$0.ref] } ?? [])
        return .perform(.upload(ordinary: ordinary.map(\.keyPackage), lastResort: lastResort?.keyPackage))
    }

    private mutating func again() throws -> Step<Action, Int> {
        try attempts.count()
        uploading = []
        return .perform(.read)
    }
}

extension KeyPackageMaintenance.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case read
        case askStatus
        case make
        case write
        case raiseAnchor
        case upload
    }

    package var kind: Kind {
        switch self {
        case .read: .read
        case .askStatus: .askStatus
        case .make: .make
        case .write: .write
        case .raiseAnchor: .raiseAnchor
        case .upload: .upload
        }
    }
}
