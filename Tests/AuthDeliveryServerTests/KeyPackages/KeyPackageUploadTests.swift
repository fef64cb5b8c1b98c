import CloudMLSAPI
import MLS
import MLSCodec
import Testing

@Suite struct KeyPackageUploadTests {
    @Test func duplicatesCountOnce() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let keyPackages = try await alice.upload(3)
            let again = try await alice.upload(keyPackages)
            #expect(again.available == 3)
            let count: KeyPackageUploadResult = try await alice.user.get(
                "/v1/key-packages/count?account=folder:alice&cipherSuite=1")
            #expect(count.available == 3)
        }
    }

    @Test func claimedPackageIsNotRevivedByUploadingItAgain() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob")
            let keyPackages = try await alice.upload(1)
            _ = try await bob.claim([alice.address])
            #expect(try await alice.upload(keyPackages).available == 0)
            #expect(try await alice.status(keyPackages) == [.claimed])
            #expect(try await bob.claim([alice.address]).missing == [alice.address])
        }
    }

    @Test func fullPoolTakesNothingOfAnUpload() async throws {
        try await TestServer.run(.keyPackages(5)) { server in
            let alice = try await server.member("alice", keyPackages: 4)
            let two = try (0..<2).map { _ in try alice.keyPackage().keyPackage }
            let refused = try await refusal { try await alice.upload(two) }
            #expect(refused?.code == .poolFull)
            #expect(try await alice.status(two) == [.unknown, .unknown])
            #expect(try await alice.upload([two[0]]).available == 5)
        }
    }

    /// What makes a KeyPackage unusable, and how it is made so.
    enum Fault: CaseIterable {
        case notAKeyPackage
        case trailingBytes
        case brokenSignature
        case brokenLeafSignature
        case expired
        case tooLong
        case notYetValid
        case foreignIdentity
        case foreignKey
        case unknownCipherSuite
    }

    @Test(arguments: Fault.allCases)
    func unusablePackageIsRefused(_ fault: Fault) async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let good = try alice.keyPackage().keyPackage
            let now = TestClock().now
            var bytes = good.encoded
            switch fault {
            case .notAKeyPackage: bytes = .random(40)
            case .trailingBytes: bytes.append(0)
            case .brokenSignature: bytes[bytes.count - 1] ^= 1
            case .brokenLeafSignature:
                var content = good.content
                content.leafNode.signature[0] ^= 1
                bytes = try resigned(content, by: alice).encoded
            case .expired:
                bytes = try alice.keyPackage(lifetime: Lifetime(notBefore: now - 90, notAfter: now - 1))
                    .keyPackage.encoded
            case .tooLong:
                bytes = try alice.keyPackage(lifetime: Lifetime(notBefore: now, notAfter: now + 365 * 86_400))
                    .keyPackage.encoded
            case .notYetValid:
                bytes = try alice.keyPackage(lifetime: Lifetime(notBefore: now + 90, notAfter: now + 86_400))
                    .keyPackage.encoded
            case .foreignIdentity: bytes = try alice.keyPackage(identity: "folder:bob").keyPackage.encoded
            case .foreignKey: bytes = try alice.withNewKey().keyPackage().keyPackage.encoded
            case .unknownCipherSuite:
                var content = good.content
                content.cipherSuite = CipherSuite(rawValue: 5)
                bytes = try resigned(content, by: alice).encoded
            }
            let refused = try await refusal {
                let _: KeyPackageUploadResult = try await alice.user.post(
                    "/v1/key-packages",
                    KeyPackageUpload(account: alice.address, keyPackages: [Bytes(good.encoded), Bytes(bytes)]))
            }
            #expect(refused?.code == .invalidKeyPackage)
            #expect(refused?.status == 422)
            // All or nothing: the good one is not there either.
            #expect(try await alice.status([good]) == [.unknown])
        }
    }

    private func resigned(_ content: KeyPackage.Content, by member: TestMember) throws -> KeyPackage {
        let signature = try member.provider.signWithLabel(
            member.signer.privateKey, label: "KeyPackageTBS", content: content.encoded)
        return KeyPackage(content: content, signature: signature)
    }

    @Test func packagesOfThreeSuitesHaveThreePools() async throws {
        try await TestServer.run { server in
            let user = try await server.user("alice")
            for suite in [1, 2, 3] as [UInt16] {
                let member = try await TestMember.register(
                    "folder:alice-\(suite)", of: user, cipherSuite: CipherSuite(rawValue: suite))
                _ = try await member.upload(2)
                #expect(try await member.claim([member.address], cipherSuite: suite).missing.isEmpty)
                let other: UInt16 = suite == 1 ? 2 : 1
                #expect(try await member.claim([member.address], cipherSuite: other).missing == [member.address])
            }
        }
    }

    @Test func anotherUsersPackagesAreUnknown() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob")
            let keyPackages = try await alice.upload(1)
            #expect(try await alice.status(keyPackages) == [.available])
            #expect(try await bob.status(keyPackages) == [.unknown])
        }
    }

    @Test func newIdentityKeyWithdrawsThePool() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob")
            let keyPackages = try await alice.upload(2)
            let newAlice = try alice.withNewKey()
            _ = try await newAlice.registerKey()
            #expect(try await alice.status(keyPackages) == [.withdrawn, .withdrawn])
            #expect(try await bob.claim([alice.address]).missing == [alice.address])
            let fresh = try await newAlice.upload(1)
            #expect(try await newAlice.status(fresh) == [.available])
        }
    }

    @Test func lastResortNeedsItsExtension() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let plain = try alice.keyPackage().keyPackage
            let refused = try await refusal { try await alice.upload([], lastResort: plain) }
            #expect(refused?.code == .invalidKeyPackage)
        }
    }
}
