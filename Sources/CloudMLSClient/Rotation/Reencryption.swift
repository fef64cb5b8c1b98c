package import CloudMLSAPI
package import KeyHierarchy

/// Seals under the active object key whatever is stored under a lower one, until the key store lists nothing of that kind.
///
/// It works on blinded names alone. What another device writes meanwhile is under the active key already, since the key
/// store takes no other; so one walk over the names meets everything, and a second one finds nothing.
package struct Reencryption: OperationMachine {
    package enum Action: Sendable {
        /// What is below a key, behind a name.
        case list(after: [UInt8]?, belowKey: KeyID)
        case read([[UInt8]])
        case write([BatchOperation])
    }

    package enum Event: Sendable {
        case page(ObjectsPage)
        case objects([StoredObject])
        case written
        /// The operation of this index met another revision; nothing was written.
        case conflict(Int)
        /// The key store takes no writes under the active key either: another rotation has begun.
        case keyRetired
    }

    package enum Output: Sendable, Equatable {
        /// Nothing needs a lower key.
        case finished
        case keysChanged
    }

    private enum State {
        case idle
        case listing(isFirst: Bool)
        case reading
        case writing([BatchOperation])
    }

    /// Walks over all names that wrote nothing, before it is given up.
    private static let maximumIdleWalks = 16

    private let sealer: ObjectSealer
    private let activeKeyID: KeyID
    private var state = State.idle
    /// The rest of the page.
    private var queue: [ListedObject] = []
    /// The page's last name; nil where no page follows.
    private var next: [UInt8]?
    private var hasWritten = true
    private var idleWalks = 0

    package init(storeID: StoreID, keyring: Keyring) {
        sealer = ObjectSealer(storeID: storeID, keyring: keyring)
        activeKeyID = keyring.activeKeyID
    }

    package mutating func start() -> Step<Action, Output> { list(after: nil) }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch (state, event) {
        case (.listing(let isFirst), .page(let page)):
            if isFirst, page.objects.isEmpty { return .finished(.finished) }
            if isFirst { try beginWalk() }
            queue = page.objects
            next = page.more ? page.objects.last?.name.array : nil
            return goOn()
        case (.reading, .objects(let objects)):
            let operations = try operations(objects)
            return operations.isEmpty ? goOn() : write(operations)
        case (.writing, .written):
            hasWritten = true
            return goOn()
        case (.writing(var operations), .conflict(let index)):
            guard operations.indices.contains(index) else { throw ClientError.unexpectedEvent }
            let changed = operations.remove(at: index)
            // Read again with the next ones: most likely it is under the active key now.
            queue.insert(
                ListedObject(
                    name: changed.name, revision: changed.ifRevision, size: UInt64(changed.body?.array.count ?? 0),
                    keyID: nil, deleted: false), at: 0)
            return operations.isEmpty ? goOn() : write(operations)
        case (.writing, .keyRetired):
            return .finished(.keysChanged)
        default:
            throw ClientError.unexpectedEvent
        }
    }

    private mutating func beginWalk() throws {
        idleWalks = hasWritten ? 0 : idleWalks + 1
        hasWritten = false
        guard idleWalks < Self.maximumIdleWalks else {
            throw ClientError(
                .busy, "The key store keeps listing objects that do not need to be encrypted anew.",
                hint: "Try again in a moment; if it stays, ask whoever runs the key store.")
        }
    }

    private mutating func list(after name: [UInt8]?) -> Step<Action, Output> {
        state = .listing(isFirst: name == nil)
        return .perform(.list(after: name, belowKey: activeKeyID))
    }

    private mutating func write(_ operations: [BatchOperation]) -> Step<Action, Output> {
        state = .writing(operations)
        return .perform(.write(operations))
    }

    /// The next batch of the page, the next page, or another walk.
    private mutating func goOn() -> Step<Action, Output> {
        guard !queue.isEmpty else { return list(after: next) }
        var names: [[UInt8]] = []
        var size: UInt64 = 0
        for object in queue.prefix(Limits.batchCount) {
            guard names.isEmpty || size + object.size <= UInt64(Limits.batchSize) else { break }
            size += object.size
            names.append(object.name.array)
        }
        queue.removeFirst(names.count)
        state = .reading
        return .perform(.read(names))
    }

    /// The writes for what is still under a lower key. What does not fit into one batch goes back into the queue.
    private mutating func operations(_ objects: [StoredObject]) throws -> [BatchOperation] {
        var operations: [BatchOperation] = []
        var size = 0
        for object in objects {
            guard let body = object.body?.array else { continue }
            if let header = try? ObjectHeader(ofObject: body), header.keyID >= activeKeyID { continue }
            guard operations.isEmpty || size + body.count <= Limits.batchSize else {
                queue.append(
                    ListedObject(
                        name: object.name, revision: object.revision, size: UInt64(body.count), keyID: nil,
                        deleted: false))
                continue
            }
            size += body.count
            operations.append(
                BatchOperation(
                    name: object.name, ifRevision: object.revision, body: Bytes(try resealed(body, object))))
        }
        return operations
    }

    private func resealed(_ body: [UInt8], _ object: StoredObject) throws -> [UInt8] {
        guard let name = BlindedName(bytes: object.name.array), let revision = Revision(rawValue: object.revision),
            let plaintext = try? sealer.open(body, name: name, revision: revision)
        else {
            throw ClientError(
                .notAuthentic, "An object at the key store (\(object.name.array.hex)) is not what was written there.",
                hint:
                    "Nothing of it was changed; ask whoever runs the key store whether its disk or a backup is damaged."
            )
        }
        return try sealer.seal(plaintext, name: name, revision: revision.next)
    }
}

extension Reencryption.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case list
        case read
        case write
    }

    package var kind: Kind {
        switch self {
        case .list: .list
        case .read: .read
        case .write: .write
        }
    }
}
