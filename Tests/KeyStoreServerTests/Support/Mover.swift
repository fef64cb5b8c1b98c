import CloudMLSAPI
import KeyHierarchy
import KeyStoreServer
import MLSCodec
import NIOHTTP1
import ServerKit
import Testing

/// Alice at the source, and what her client would make.
struct Mover {
    let source: RunningKeyStore
    let target: RunningKeyStore
    let alice: SignedInUser
    let moveID = MoveID.random()
    let token: FollowToken

    static func make(
        configureTarget: @escaping (inout KeyStoreConfiguration) -> Void = { _ in }
    ) async throws -> Mover {
        let source = try await RunningKeyStore.start()
        let target = try await RunningKeyStore.start(configure: configureTarget)
        return try await Mover(source: source, target: target, alice: source.firstUser())
    }

    init(source: RunningKeyStore, target: RunningKeyStore, alice: SignedInUser) throws {
        self.source = source
        self.target = target
        self.alice = alice
        token = alice.user.dataKey.followToken(
            moveID: moveID, serverID: target.application.core.identity.serverID)
    }

    var targetID: ServerID { target.application.core.identity.serverID }
    var http: TestHTTP { alice.http }

    func begin(_ id: MoveID? = nil) async throws -> TestHTTP.Answer {
        try await http.send(
            .POST, "/v1/move",
            json: MoveRequest(moveID: Bytes((id ?? moveID).bytes), destination: Bytes(targetID.bytes)))
    }

    func status() async throws -> MoveStatus { try await http.send(.GET, "/v1/move").json() }

    func contents(_ id: MoveID? = nil, sourceKey: ServerPublicKey? = nil) async throws -> ImportContents {
        var slots = try await alice.slots()
        for index in slots.indices where slots[index].kind == .password {
            slots[index].login = try alice.user.passwordLogin(targetID)
        }
        let keyring = try await http.send(.GET, "/v1/keyring").json(StoredKeyring.self)
        return ImportContents(
            moveID: Bytes((id ?? moveID).bytes),
            sourceKey: Bytes((sourceKey ?? source.application.core.identity.publicKey).bytes),
            keyringRevision: keyring.revision, keyring: keyring.body, slots: slots, followHash: Bytes(token.hash))
    }

    func register(_ contents: ImportContents, token: SetupToken? = nil) async throws -> TestHTTP.Answer {
        try await target.http.send(
            .POST, "/v1/import",
            json: KeyStoreImport(
                setupToken: Bytes((token ?? target.setupCode?.token ?? .random()).bytes), user: "alice",
                storeID: Bytes(alice.user.storeID.bytes), contents: contents))
    }

    func follow(_ token: FollowToken? = nil, user: String = "alice") async throws -> TestHTTP.Answer {
        try await target.http.send(
            .POST, "/v1/import/follow",
            json: FollowRequest(user: user, token: Bytes((token ?? self.token).bytes), deviceName: "tablet"))
    }

    /// A session at the target.
    func there() async throws -> SignedInUser {
        SignedInUser(user: alice.user, at: target.http, tokens: try await follow().json())
    }

    func page(after name: [UInt8]? = nil) async throws -> MovePage {
        try await http.send(.GET, "/v1/move/objects" + (name.map { "?after=\($0.hex)" } ?? "")).json()
    }

    func add(_ objects: [StoredObject], _ there: SignedInUser, id: MoveID? = nil) async throws -> TestHTTP.Answer {
        try await there.http.send(
            .PUT, "/v1/import/objects", json: ImportObjects(moveID: Bytes((id ?? moveID).bytes), objects: objects))
    }

    func copy(_ there: SignedInUser) async throws {
        var last: [UInt8]?
        while true {
            let page = try await page(after: last)
            last = page.objects.last?.name.array
            if !page.objects.isEmpty {
                let answer = try await add(page.objects, there)
                #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
            }
            if !page.more { return }
        }
    }

    func commit(_ digest: Bytes) async throws -> TestHTTP.Answer {
        let profile = Profile(
            origins: [try Origin(typed: target.http.origin)], serverID: targetID, userName: alice.user.name,
            storeID: alice.user.storeID, storePublicKey: alice.user.storeKey.publicKey, moveCounter: 1)
        let forward = try ForwardPointer(
            to: profile, moveID: moveID, profileKey: .random(), signedBy: alice.user.storeKey)
        return try await http.send(
            .POST, "/v1/move/commit",
            json: MoveCommit(moveID: Bytes(moveID.bytes), digest: digest, forward: Bytes(forward.encoded)))
    }

    func digest(_ user: SignedInUser, _ path: String) async throws -> StoreDigestAnswer {
        try await user.http.send(.GET, path).json()
    }

    func open(_ there: SignedInUser, statement: Bytes?, digest: Bytes? = nil) async throws -> TestHTTP.Answer {
        try await there.http.send(
            .POST, "/v1/import/open",
            json: ImportOpening(moveID: Bytes(moveID.bytes), statement: statement, digest: digest))
    }

    func stop() async {
        await source.stop()
        await target.stop()
    }

    /// Writes that many objects, each a byte long.
    static func write(_ count: Int, _ alice: SignedInUser) async throws -> [[UInt8]] {
        var names: [[UInt8]] = []
        for number in 0..<count {
            let name = SignedInUser.freshName()
            #expect(try await alice.put(name, [UInt8(number)], ifRevision: 0).status == 200)
            names.append(name)
        }
        return names
    }
}
