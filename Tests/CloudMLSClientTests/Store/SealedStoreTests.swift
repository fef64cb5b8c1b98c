import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import Testing

@Suite struct SealedStoreTests {
    let world: SimulatedWorld
    let store: SealedStore
    let context: ClientContext

    init() async throws {
        world = try SimulatedWorld()
        context = try await world.signUp()
        store = context.sealed
    }

    private func write(_ path: String, _ ifRevision: UInt64, _ text: String?) -> SealedWrite {
        SealedWrite(path: path, ifRevision: ifRevision, body: text.map { Array($0.utf8) })
    }

    @Test func readsWhatWasWritten() async throws {
        let outcome = try await store.write([write("index", 0, "one"), write("a/b", 0, "two")])
        #expect(outcome == .written([1, 1]))
        let values = try await store.read(["index", "a/b", "never"])
        #expect(values["index"] == SealedValue(revision: 1, body: Array("one".utf8)))
        #expect(values["a/b"] == SealedValue(revision: 1, body: Array("two".utf8)))
        #expect(values["never"] == SealedValue(revision: 0, body: nil))
        #expect(try await store.read([]).isEmpty)
    }

    @Test func anotherDeviceReadsItToo() async throws {
        _ = try await store.write([write("index", 0, "one")])
        let other = try await world.signIn()
        #expect(try await other.sealed.read(["index"])["index"]?.body == Array("one".utf8))
    }

    @Test func theServerSeesNeitherNameNorContent() async throws {
        _ = try await store.write([write("index", 0, "a secret of some length")])
        let objects = try #require(await world.keyStore.users["alice"]).objects
        let (name, object) = try #require(objects.first)
        let body = try #require(object.body).array
        #expect(name.count == 32)
        #expect(!String(decoding: body, as: UTF8.self).contains("secret"))
    }

    @Test func tellsWhichWriteMetAnotherRevision() async throws {
        _ = try await store.write([write("b", 0, "one")])
        let outcome = try await store.write([write("a", 0, "x"), write("b", 0, "y")])
        #expect(outcome == .conflict(index: 1, currentRevision: 1))
        #expect(try await store.read(["a"])["a"]?.revision == 0)
    }

    @Test func countsOnThroughADeletion() async throws {
        _ = try await store.write([write("a", 0, "one")])
        #expect(try await store.write([write("a", 1, nil)]) == .written([2]))
        #expect(try await store.read(["a"])["a"] == SealedValue(revision: 2, body: nil))
        #expect(try await store.write([write("a", 2, "again")]) == .written([3]))
    }

    @Test(arguments: [0, 65])
    func refusesBatchesOutOfBounds(count: Int) async throws {
        let writes = (0..<count).map { write("\($0)", 0, "x") }
        if writes.isEmpty {
            #expect(try await store.write(writes) == .written([]))
        } else {
            let error = await #expect(throws: ClientError.self) { try await store.write(writes) }
            #expect(error?.code == .invalidArgument)
        }
        let error = await #expect(throws: ClientError.self) {
            try await store.write([write("a", 0, "x"), write("a", 1, "y")])
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test func noticesAnAlteredBody() async throws {
        _ = try await store.write([write("a", 0, "one")])
        await world.keyStore.interfere(
            .init(object: { object in
                var object = object
                let last = (object.body?.array.count ?? 1) - 1
                object.body?.array[last] ^= 1
                return object
            }))
        let error = await #expect(throws: ClientError.self) { try await store.read(["a"]) }
        #expect(error?.code == .notAuthentic)
    }

    @Test func noticesABodyUnderAnotherName() async throws {
        _ = try await store.write([write("a", 0, "one"), write("b", 0, "two")])
        await world.keyStore.change("alice") { user in
            let names = Array(user.objects.keys)
            let bodies = names.map { user.objects[$0]?.body }
            user.objects[names[0]]?.body = bodies[1]
            user.objects[names[1]]?.body = bodies[0]
        }
        let error = await #expect(throws: ClientError.self) { try await store.read(["a"]) }
        #expect(error?.code == .notAuthentic)
    }

    @Test func noticesAnOldBodyUnderANewRevision() async throws {
        _ = try await store.write([write("a", 0, "one")])
        await world.keyStore.change("alice") { user in
            for name in user.objects.keys { user.objects[name]?.revision = 2 }
        }
        let error = await #expect(throws: ClientError.self) { try await store.read(["a"]) }
        #expect(error?.code == .notAuthentic)
    }

    @Test func noticesARollbackWithinOneLife() async throws {
        _ = try await store.write([write("a", 0, "one")])
        let old = try #require(await world.keyStore.users["alice"]).objects
        _ = try await store.write([write("a", 1, "two")])
        await world.keyStore.change("alice") { $0.objects = old }
        let error = await #expect(throws: ClientError.self) { try await store.read(["a"]) }
        #expect(error?.code == .rolledBack)
        // After a restore older revisions are honest; the anchors judge them.
        await world.keyStore.restore()
        #expect(try await store.read(["a"])["a"]?.revision == 1)
    }

    @Test func aLostAnswerIsAnError() async throws {
        await world.faults.breakAfter(0, .afterCall)
        let error = await #expect(throws: ClientError.self) { try await store.write([write("a", 0, "one")]) }
        #expect(error?.code == .notReachable)
        await world.faults.heal()
        #expect(try await store.read(["a"])["a"]?.revision == 1)
    }
}
