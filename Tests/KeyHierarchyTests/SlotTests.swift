import KeyHierarchy
import MLSCodec
import Testing

@Suite struct SlotTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func verified<Scope>(
        _ slot: Slot<Scope>, _ scopeID: FixedBytes<Scope.IDKind>
    ) throws -> VerifiedSlot<Scope> {
        try slot.verified(by: fixture.signingKey.publicKey, scopeID: scopeID)
    }

    @Test func passwordVectors() throws {
        let store: StoreSlot = try Vectors.decoded("format Slot store password")
        #expect(try verified(store, fixture.storeID).open(with: fixture.passwordKey) == fixture.dataKey)
        #expect(store.header.kdf == fixture.kdf)
        let profile: ProfileSlot = try Vectors.decoded("format Slot profile password")
        #expect(try verified(profile, fixture.profileID).open(with: fixture.passwordKey) == fixture.profileKey)
        let own = try StoreSlot(
            sealing: fixture.dataKey, scopeID: fixture.storeID, id: store.id, passwordKey: fixture.passwordKey,
            kdf: fixture.kdf, nonce: Vectors.bytes("input slot nonce store password"), signedBy: fixture.signingKey)
        #expect(own.encoded.dropLast(64) == store.encoded.dropLast(64))
    }

    @Test func recoveryAndDeviceVectors() throws {
        let recovery: StoreSlot = try Vectors.decoded("format Slot store recovery")
        #expect(try verified(recovery, fixture.storeID).open(with: fixture.code) == fixture.dataKey)
        #expect(try recovery.openUnverified(with: fixture.code) == fixture.dataKey)
        let device: StoreSlot = try Vectors.decoded("format Slot store device")
        #expect(try verified(device, fixture.storeID).open(with: fixture.device) == fixture.dataKey)
        let profile: ProfileSlot = try Vectors.decoded("format Slot profile recovery")
        #expect(try verified(profile, fixture.profileID).open(with: fixture.code) == fixture.profileKey)
    }

    @Test(arguments: ServerRole.allCases) func recoveryKeys(role: ServerRole) throws {
        let keyPair = try fixture.code.slotKeyPair(role: role)
        #expect(keyPair.secret.bytes == (try Vectors.bytes("recovery \(role.rawValue) private")))
        #expect(keyPair.publicKey.bytes == (try Vectors.bytes("recovery \(role.rawValue) public")))
        #expect(fixture.code.slotPSK(role: role).bytes == (try Vectors.bytes("recovery \(role.rawValue) psk")))
    }

    @Test func wrappingAgainNeedsNoSecretOfTheRecipient() throws {
        let newKey = DataKey.random()
        for known in try fixture.keyring.storeSlots where known.recipient != .password {
            let slot = try StoreSlot(
                sealing: newKey, scopeID: fixture.storeID, id: known.id, to: known.recipient,
                signedBy: fixture.signingKey)
            let copy = try verified(try StoreSlot(decoding: slot.encoded), fixture.storeID)
            let opened = slot.kind == .device ? try copy.open(with: fixture.device) : try copy.open(with: fixture.code)
            #expect(opened == newKey)
        }
        #expect(throws: KeyHierarchyError(.wrongKind)) {
            try StoreSlot(
                sealing: newKey, scopeID: fixture.storeID, to: .password, signedBy: fixture.signingKey)
        }
    }

    @Test func wrongSecrets() throws {
        let password = try verified(Vectors.decoded("format Slot store password") as StoreSlot, fixture.storeID)
        let recovery = try verified(Vectors.decoded("format Slot store recovery") as StoreSlot, fixture.storeID)
        let device = try verified(Vectors.decoded("format Slot store device") as StoreSlot, fixture.storeID)
        #expect(throws: KeyHierarchyError(.wrongSecret)) { try password.open(with: PasswordKey.random()) }
        #expect(throws: KeyHierarchyError(.wrongSecret)) { try recovery.open(with: RecoveryCode.random()) }
        #expect(throws: KeyHierarchyError(.wrongSecret)) { try device.open(with: SlotKeyPair.random()) }
        #expect(throws: KeyHierarchyError(.wrongSecretOrTampered)) {
            try password.slot.openUnverified(with: PasswordKey.random())
        }
        #expect(throws: KeyHierarchyError(.wrongSecretOrTampered)) {
            try recovery.slot.openUnverified(with: RecoveryCode.random())
        }
        #expect(throws: KeyHierarchyError(.wrongKind)) { try recovery.open(with: fixture.passwordKey) }
        #expect(throws: KeyHierarchyError(.wrongKind)) { try device.open(with: fixture.code) }
        #expect(throws: KeyHierarchyError(.wrongKind)) { try password.open(with: fixture.device) }
    }

    /// A server that knows a recovery slot's public key cannot make one, since it has not the PSK.
    @Test func aForgedRecoverySlotDoesNotOpen() throws {
        let publicKey = try fixture.code.slotKeyPair(role: .keyStore).publicKey
        for recipient in [SlotRecipient.recovery(publicKey, .random()), .device(publicKey)] {
            var bytes = try StoreSlot(
                sealing: .random(), scopeID: fixture.storeID, to: recipient, signedBy: .random()
            ).encoded
            bytes[17] = SlotKind.recovery.rawValue
            let forged = try StoreSlot(decoding: bytes)
            #expect(throws: KeyHierarchyError(.wrongSecretOrTampered)) { try forged.openUnverified(with: fixture.code) }
            #expect(throws: KeyHierarchyError(.invalidSignature)) { try verified(forged, fixture.storeID) }
        }
    }

    @Test func slotsOfAnotherScopeAreRefused() throws {
        let slot: StoreSlot = try Vectors.decoded("format Slot store password")
        #expect(throws: KeyHierarchyError(.wrongScope)) { try verified(slot, .random()) }
        #expect(throws: CodecError(.invalidValue)) { try ProfileSlot(decoding: slot.encoded) }
        #expect(throws: KeyHierarchyError(.invalidSignature)) {
            try slot.verified(by: StoreSigningKey.random().publicKey, scopeID: fixture.storeID)
        }
    }

    @Test(arguments: ["store password", "store recovery", "store device"])
    func everyBitIsAuthenticated(name: String) throws {
        let bytes = try Vectors.bytes("format Slot \(name)")
        for (index, damaged) in bytes.withOneBitFlipped.enumerated() {
            guard let slot = try? StoreSlot(decoding: damaged) else { continue }
            #expect(throws: KeyHierarchyError.self) { try verified(slot, fixture.storeID) }
            // The last 64 bytes are the signature, which is not what an unverified slot relies on.
            guard index < bytes.count - 64 else { continue }
            switch slot.kind {
            case .password:
                #expect(throws: KeyHierarchyError.self) { try slot.openUnverified(with: fixture.passwordKey) }
            case .recovery:
                #expect(throws: KeyHierarchyError.self) { try slot.openUnverified(with: fixture.code) }
            case .device: break
            }
        }
    }

    @Test func digest() throws {
        let slots: [StoreSlot] = try ["store device", "store password", "store recovery"].map {
            try Vectors.decoded("format Slot \($0)")
        }
        let expected = try Vectors.bytes("slots digest")
        #expect(SlotsDigest(of: slots).bytes == expected)
        #expect(SlotsDigest(of: slots.reversed()).bytes == expected)
        #expect(SlotsDigest(of: Array(slots.dropLast())).bytes != expected)
    }
}
