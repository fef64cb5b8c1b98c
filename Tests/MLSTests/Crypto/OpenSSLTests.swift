import COpenSSL
import MLS
import MLSCrypto
import Testing

/// What `MLSCrypto` takes from OpenSSL, beside what `CryptoProviderTests` asks of every suite.
@Suite struct OpenSSLTests {
    /// RFC 7748 §5.2: scalar, u-coordinate, result.
    @Test(
        arguments: [
            (
                """
                3d262fddf9ec8e88495266fea19a34d28882acef045104d0d1aae121
                700a779c984c24f8cdd78fbff44943eba368f54b29259a4f1c600ad3
                """,
                """
                06fce640fa3487bfda5f6cf2d5263f8aad88334cbd07437f020f08f9
                814dc031ddbdc38c19c6da2583fa5429db94ada18aa7a7fb4ef8a086
                """,
                """
                ce3e4ff95a60dc6697da1db1d85e6afbdf79b50a2412d7546d5f239f
                e14fbaadeb445fc66a01b0779d98223961111e21766282f73dd96b6f
                """
            ),
            // After one iteration.
            (
                "05" + String(repeating: "00", count: 55), "05" + String(repeating: "00", count: 55),
                """
                3f482c8a9f19b01e6c46ee9711d9dc14fd4bf67af30765c2ae2b846a
                4d23a8cd0db897086239492caf350b51f833868b9bc2b3bca9cf4113
                """
            ),
        ])
    func x448OfTheSpecification(_ scalar: String, _ coordinate: String, _ result: String) throws {
        let agreement = try X448.agreement(SecretBytes(bytes(scalar)), with: bytes(coordinate))
        #expect(agreement.bytes == bytes(result))
    }

    /// RFC 7748 §6.2.
    @Test func agreementOfTheSpecification() throws {
        let alice = SecretBytes(
            bytes(
                """
                9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28d
                d9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b
                """))
        let bob = SecretBytes(
            bytes(
                """
                1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d
                6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d
                """))
        let alicePublic = bytes(
            """
            9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c
            22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0
            """)
        let bobPublic = bytes(
            """
            3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b430
            27d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609
            """)
        let shared = bytes(
            """
            07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282b
            b60c0b56fd2464c335543936521c24403085d59a449a5037514a879d
            """)
        #expect(try X448.publicKey(of: alice) == alicePublic)
        #expect(try X448.publicKey(of: bob) == bobPublic)
        #expect(try X448.agreement(alice, with: bobPublic).bytes == shared)
        #expect(try X448.agreement(bob, with: alicePublic).bytes == shared)
    }

    /// RFC 8032 §7.4, "Blank" and "1 octet": private key, public key, message, signature.
    @Test(
        arguments: [
            (
                """
                6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3
                528c8a3fcc2f044e39a3fc5b94492f8f032e7549a20098f95b
                """,
                """
                5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778
                edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180
                """,
                "",
                """
                533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f
                2b233f034f628281f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a
                9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4db
                b61149f05a7363268c71d95808ff2e652600
                """
            ),
            (
                """
                c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463a
                fbea67c5e8d2877c5e3bc397a659949ef8021e954e0a12274e
                """,
                """
                43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086
                6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480
                """,
                "03",
                """
                26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435
                2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb
                cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f
                f3348ab21aa4adafd1d234441cf807c03a00
                """
            ),
        ] as [(String, String, String, String)])
    func ed448OfTheSpecification(
        _ privateKey: String, _ publicKey: String, _ message: String, _ signature: String
    ) throws {
        let key = SecretBytes(bytes(privateKey))
        #expect(try Ed448.publicKey(of: key) == bytes(publicKey))
        #expect(try Ed448.sign(bytes(message), with: key) == bytes(signature))
        #expect(Ed448.isValid(bytes(signature), for: bytes(message), by: bytes(publicKey)))
    }

    /// What fails here leaves nothing on the thread's queue of errors, and leaves alone what others have there.
    @Test(arguments: [false, true])
    func errorsAreTakenAway(_ hasForeignError: Bool) throws {
        ERR_clear_error()
        defer { ERR_clear_error() }
        if hasForeignError { #expect(EVP_PKEY_new_raw_public_key(EVP_PKEY_X448, nil, [1], 1) == nil) }
        let before = ERR_peek_last_error()
        #expect((before != 0) == hasForeignError)

        let key = SecretBytes([UInt8](repeating: 1, count: Ed448.keyLength))
        let publicKey = try Ed448.publicKey(of: key)
        var signature = try Ed448.sign([1], with: key)
        signature[0] ^= 1
        #expect(!Ed448.isValid(signature, for: [1], by: publicKey))
        #expect(!Ed448.isValid(signature, for: [1], by: [UInt8](repeating: 0xff, count: Ed448.keyLength)))
        #expect(throws: CryptoError(.malformedKey)) {
            try X448.agreement(
                SecretBytes([UInt8](repeating: 1, count: X448.keyLength)),
                with: [UInt8](repeating: 0, count: X448.keyLength))
        }
        #expect(ERR_peek_last_error() == before)
        #expect((ERR_get_error() != 0) == hasForeignError)
        #expect(ERR_get_error() == 0)
    }
}
