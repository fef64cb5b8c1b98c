import KeyHierarchy
import MLSCodec
import Testing

@Suite struct ProfileTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test func vectors() throws {
        let profile: Profile = try Vectors.decoded("format Profile")
        #expect(try profile == fixture.profile)
        let sealed: SealedProfile = try Vectors.decoded("format SealedProfile")
        #expect(sealed.revision.rawValue == 4)
        for pinned in [nil, fixture.signingKey.publicKey] {
            let opened = try sealed.open(
                with: fixture.profileKey, profileID: fixture.profileID, storePublicKey: pinned)
            #expect(opened == profile)
        }
        let own = try SealedProfile(
            profile, profileID: fixture.profileID, revision: revision(4), profileKey: fixture.profileKey,
            nonce: Vectors.bytes("input profile nonce"), signedBy: fixture.signingKey)
        #expect(own.encoded.dropLast(64) == sealed.encoded.dropLast(64))
    }

    @Test func refusals() throws {
        let sealed: SealedProfile = try Vectors.decoded("format SealedProfile")
        #expect(throws: KeyHierarchyError(.tampered)) {
            try sealed.open(with: .random(), profileID: fixture.profileID, storePublicKey: nil)
        }
        #expect(throws: KeyHierarchyError(.wrongScope)) {
            try sealed.open(with: fixture.profileKey, profileID: .random(), storePublicKey: nil)
        }
        #expect(throws: KeyHierarchyError(.wrongStoreKey)) {
            try sealed.open(
                with: fixture.profileKey, profileID: fixture.profileID,
                storePublicKey: StoreSigningKey.random().publicKey)
        }
        #expect(throws: KeyHierarchyError(.wrongStoreKey)) {
            try SealedProfile(
                fixture.profile, profileID: fixture.profileID, revision: .first, profileKey: fixture.profileKey,
                signedBy: .random())
        }
    }

    /// Someone with the profile key but without the signing key can point nobody at another server.
    @Test func theProfileKeyAloneDoesNotSign() throws {
        let genuine = try SealedProfile(
            fixture.profile, profileID: fixture.profileID, revision: .first, profileKey: fixture.profileKey,
            signedBy: fixture.signingKey)
        var moved = try fixture.profile
        moved.origins = [try Origin(typed: "https://attacker.example")]
        let other = try SealedProfile(
            moved, profileID: fixture.profileID, revision: .first, profileKey: fixture.profileKey,
            signedBy: fixture.signingKey)
        let spliced = try SealedProfile(decoding: Array(other.encoded.dropLast(64)) + genuine.encoded.suffix(64))
        #expect(throws: KeyHierarchyError(.invalidSignature)) {
            try spliced.open(with: fixture.profileKey, profileID: fixture.profileID, storePublicKey: nil)
        }
    }

    @Test func everyBitIsAuthenticated() throws {
        for bytes in try Vectors.bytes("format SealedProfile").withOneBitFlipped {
            guard let sealed = try? SealedProfile(decoding: bytes) else { continue }
            #expect(throws: KeyHierarchyError.self) {
                try sealed.open(with: fixture.profileKey, profileID: fixture.profileID, storePublicKey: nil)
            }
        }
    }

    @Test func aProfileHasAnOrigin() throws {
        var profile = try fixture.profile
        profile.origins = []
        #expect(throws: CodecError(.invalidValue)) { try Profile(decoding: profile.encoded) }
    }
}
