import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import MLSCodec
import Testing

/// A key store that serves what is not the user's, or not what it was. More of it is in `SealedStoreTests`, `SignInTests`,
/// `RotationTests` and, for what only an anchor can show, `RollbackTests`.
@Suite struct HostileKeyStoreTests {
    private let world: SimulatedWorld
    private let context: ClientContext

    init() async throws {
        world = try SimulatedWorld()
        context = try await world.signUp()
        _ = try await context.sealed.write([Self.write])
    }

    private static let write = SealedWrite(path: "index", ifRevision: 0, body: Array("one".utf8))

    private func expectRead(_ code: ClientError.Code, _ location: SourceLocation = #_sourceLocation) async {
        await #expect(throws: ClientError(code, ""), sourceLocation: location) {
            try await context.sealed.read(["index"])
        }
    }

    private func expectSignIn(_ code: ClientError.Code, _ location: SourceLocation = #_sourceLocation) async {
        let sessions = await world.keyStore.sessionCount
        await #expect(throws: ClientError(code, ""), sourceLocation: location) { try await world.signIn() }
        #expect(await world.keyStore.sessionCount == sessions, sourceLocation: location)
    }

    // Objects

    @Test func anotherUsersObjectIsRefused() async throws {
        let other = try SimulatedWorld()
        _ = try await other.signUp().sealed.write([Self.write])
        let body = try #require(await other.keyStore.users["alice"]?.objects.values.first?.body)
        await world.keyStore.change("alice") { user in
            for name in user.objects.keys { user.objects[name]?.body = body }
        }
        await expectRead(.notAuthentic)
    }

    @Test func anAnswerForAnotherNameIsRefused() async {
        await world.keyStore.interfere(
            .init(object: { object in
                var object = object
                object.name.array[0] ^= 1
                return object
            }))
        await expectRead(.malformedAnswer)
    }

    @Test func aRevisionThatNobodyReachesIsRefused() async {
        await world.keyStore.interfere(
            .init(object: { object in
                var object = object
                object.revision = .max
                return object
            }))
        await expectRead(.malformedAnswer)
    }

    @Test func aHiddenObjectIsMissed() async {
        await world.keyStore.change("alice") { $0.objects = [:] }
        await expectRead(.rolledBack)
    }

    // What turns the password into keys

    @Test(arguments: [(1, 3, 1), (1 << 21, 3, 1), (1 << 16, 17, 1), (1 << 16, 3, 17)] as [(UInt32, UInt32, UInt32)])
    func nothingIsHashedOutsideOfTheRange(memoryKiB: UInt32, iterations: UInt32, parallelism: UInt32) async {
        await world.keyStore.change("alice") { user in
            user.login.kdf?.memoryKiB = memoryKiB
            user.login.kdf?.iterations = iterations
            user.login.kdf?.parallelism = parallelism
        }
        await expectSignIn(.unacceptableKDF)
    }

    /// The login key depends on the salt, the role and the server's identity: what is signed is of no use elsewhere.
    @Test func anotherServersSaltOpensNothing() async throws {
        let kdf = try #require(await world.authDelivery.users["alice"]?.login.kdf)
        #expect(await world.keyStore.users["alice"]?.login.kdf != kdf)
        await world.keyStore.change("alice") { $0.login.kdf = kdf }
        await expectSignIn(.passwordsDiffer)
    }

    // Ways in and keys

    @Test func aWayInOfTheServersOwnIsRefused() async throws {
        let code = RecoveryCode.random()
        let forged = try StoreSlot(
            sealing: DataKey.random(), scopeID: context.storeID,
            to: .device(try code.slotKeyPair(role: .keyStore).publicKey), signedBy: .random())
        await world.keyStore.change("alice") { user in
            user.slots.append(
                StoredSlot(id: Bytes(forged.id.bytes), kind: .device, revision: 1, body: Bytes(forged.encoded)))
        }
        await expectSignIn(.notAuthentic)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func aKeyringOfTheServersOwnIsRefused(number: UInt64) async throws {
        let revision = try #require(Revision(rawValue: number))
        let keyring = Keyring(
            storeSigningKey: try .random(), profileKey: context.profileKey,
            authDeliveryServerID: await world.authDelivery.serverID)
        let forged = try SealedKeyring(keyring, storeID: context.storeID, revision: revision, dataKey: .random())
        await world.keyStore.change("alice") { user in
            user.keyring?.revision = number
            user.keyring?.body = Bytes(forged.encoded)
        }
        await expectSignIn(.notAuthentic)
        // A device that is signed in asks for it when it meets a key that it does not have.
        await #expect(throws: ClientError(.notAuthentic, "")) { try await context.keys.read() }
    }

    @Test func theKeyringBeforeARotationIsARollback() async throws {
        let old = try #require(await world.keyStore.users["alice"]?.keyring)
        _ = try await context.rotateKeys(password: { try Password("correct horse") })
        await world.keyStore.change("alice") { $0.keyring = old }
        await #expect(throws: ClientError(.rolledBack, "")) { try await context.keys.read() }
    }
}
