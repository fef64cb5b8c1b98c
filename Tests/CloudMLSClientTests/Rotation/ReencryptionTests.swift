import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import Testing

@Suite struct ReencryptionTests {
    private let storeID = StoreID.random()
    private let old: ObjectSealer
    private let new: ObjectSealer
    private var machine: Reencryption

    init() throws {
        var keyring = Keyring(
            storeSigningKey: try .random(), profileKey: .random(), authDeliveryServerID: .random())
        old = ObjectSealer(storeID: storeID, keyring: keyring)
        _ = try keyring.addObjectKey()
        new = ObjectSealer(storeID: storeID, keyring: keyring)
        machine = Reencryption(storeID: storeID, keyring: keyring)
    }

    private func object(
        _ number: Int, revision: UInt64 = 1, size: Int = 10, with sealer: ObjectSealer? = nil
    ) throws -> StoredObject {
        let name = try #require(BlindedName(bytes: [UInt8](repeating: UInt8(number), count: 32)))
        let body = try (sealer ?? old).seal(
            [UInt8](repeating: UInt8(number), count: size), name: name, revision: #require(Revision(rawValue: revision))
        )
        return StoredObject(name: Bytes(name.bytes), revision: revision, body: Bytes(body))
    }

    private func page(_ objects: [StoredObject], more: Bool = false) -> Reencryption.Event {
        .page(
            ObjectsPage(
                objects: objects.map { object in
                    ListedObject(
                        name: object.name, revision: object.revision, size: UInt64(object.body?.array.count ?? 0),
                        keyID: 1, deleted: false)
                }, more: more, count: nil))
    }

    private func listed(_ step: Step<Reencryption.Action, Reencryption.Output>) throws -> [UInt8]? {
        guard case .perform(.list(let name, KeyID(rawValue: 2))) = step else { throw Unexpected(step: "\(step)") }
        return name
    }

    private func names(_ step: Step<Reencryption.Action, Reencryption.Output>) throws -> [[UInt8]] {
        guard case .perform(.read(let names)) = step else { throw Unexpected(step: "\(step)") }
        return names
    }

    private func writes(_ step: Step<Reencryption.Action, Reencryption.Output>) throws -> [BatchOperation] {
        guard case .perform(.write(let operations)) = step else { throw Unexpected(step: "\(step)") }
        return operations
    }

    private struct Unexpected: Error { var step: String }

    @Test mutating func anObjectThatAnotherDeviceWroteIsReadAgain() throws {
        let objects = try (1...3).map { try object($0) }
        #expect(try listed(machine.start()) == nil)
        #expect(try names(machine.handle(page(objects))).count == 3)
        let all = try writes(machine.handle(.objects(objects)))
        #expect(all.map(\.ifRevision) == [1, 1, 1])
        let others = try writes(machine.handle(.conflict(1)))
        #expect(others.map(\.name) == [objects[0].name, objects[2].name])
        #expect(try names(machine.handle(.written)) == [objects[1].name.array])
        // It is under the new key already, so it stays, and the names are walked over once more.
        let changed = try object(2, revision: 2, with: new)
        #expect(try listed(machine.handle(.objects([changed]))) == nil)
        guard case .finished(.finished) = try machine.handle(page([])) else {
            Issue.record("not finished")
            return
        }
    }

    @Test mutating func whatWasChangedUnderTheOldKeyIsSealedAsItsNextRevision() throws {
        _ = machine.start()
        _ = try machine.handle(page([try object(1)]))
        _ = try machine.handle(.objects([try object(1)]))
        _ = try machine.handle(.conflict(0))
        let operation = try #require(try writes(machine.handle(.objects([try object(1, revision: 4)]))).first)
        #expect(operation.ifRevision == 4)
        let name = try #require(BlindedName(bytes: operation.name.array))
        let body = try #require(operation.body).array
        #expect(try ObjectHeader(ofObject: body).keyID.rawValue == 2)
        let opened = try new.open(body, name: name, revision: #require(Revision(rawValue: 5)))
        #expect(opened == [UInt8](repeating: 1, count: 10))
    }

    @Test mutating func batchesStayWithinTheLimits() throws {
        let many = try (1...70).map { try object($0) }
        _ = machine.start()
        #expect(try names(machine.handle(page(many))).count == Limits.batchCount)
        _ = try machine.handle(.objects(Array(many.prefix(Limits.batchCount))))
        #expect(try names(machine.handle(.written)).count == 70 - Limits.batchCount)
    }

    /// The list is of before the read: an object can have grown.
    @Test mutating func whatHasGrownGoesIntoAnotherBatch() throws {
        let small = try (1...3).map { try object($0) }
        let grown = try (1...3).map { try object($0, revision: 2, size: 3 << 20) }
        _ = machine.start()
        _ = try machine.handle(page(small))
        #expect(try writes(machine.handle(.objects(grown))).count == 2)
        #expect(try names(machine.handle(.written)) == [grown[2].name.array])
    }

    @Test mutating func pagesAndTombstones() throws {
        let first = try object(1)
        _ = machine.start()
        _ = try machine.handle(page([first], more: true))
        let deleted = StoredObject(name: first.name, revision: 2, body: nil)
        #expect(try listed(machine.handle(.objects([deleted]))) == first.name.array)
        // Behind the last page there may be nothing left.
        #expect(try listed(machine.handle(page([]))) == nil)
    }

    @Test mutating func aListThatNeverEndsIsGivenUp() throws {
        var step: Step<Reencryption.Action, Reencryption.Output> = machine.start()
        let done = try object(1, with: new)
        let error = #expect(throws: ClientError.self) {
            for _ in 0..<1_000 {
                guard case .perform(let action) = step else { return }
                if case .list = action {
                    step = try machine.handle(page([done]))
                } else {
                    step = try machine.handle(.objects([done]))
                }
            }
        }
        #expect(error?.code == .busy)
    }

    @Test mutating func anotherRotationEndsThisOne() throws {
        _ = machine.start()
        _ = try machine.handle(page([try object(1)]))
        _ = try machine.handle(.objects([try object(1)]))
        guard case .finished(.keysChanged) = try machine.handle(.keyRetired) else {
            Issue.record("goes on")
            return
        }
    }
}
