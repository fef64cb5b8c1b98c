import KeyHierarchy
import Testing

/// The people, keys and servers of the vectors.
struct Fixture {
    let passwordKey: PasswordKey
    let kdf: PasswordKDF
    let code: RecoveryCode
    let serverKey: ServerSigningKey
    let storeID: StoreID
    let profileID: ProfileID
    let dataKey: DataKey
    let profileKey: ProfileKey
    let signingKey: StoreSigningKey
    let device: SlotKeyPair
    let userName: UserName
    let origin: Origin
    let pin: CertificatePin

    init() throws {
        passwordKey = try Vectors.secret("kdf argon2id 65536 3 4")
        kdf = PasswordKDF(parameters: .default, salt: try Vectors.fixed("input kdf salt"))
        code = try #require(RecoveryCode(bytes: try Vectors.bytes("input recovery code")))
        serverKey = try ServerSigningKey(seed: Vectors.secret("input server seed"))
        storeID = try Vectors.fixed("input store id")
        profileID = try Vectors.fixed("input profile id")
        dataKey = try Vectors.secret("input data key")
        profileKey = try Vectors.secret("input profile key")
        signingKey = try StoreSigningKey(seed: Vectors.secret("input store signing seed"))
        device = try SlotKeyPair(secret: Vectors.secret("input device key"))
        userName = try #require(UserName(rawValue: "alice"))
        origin = try #require(Origin(rawValue: "https://keys.example:7464"))
        pin = try Vectors.fixed("input certificate pin")
    }

    var question: PreLoginQuestion {
        get throws {
            PreLoginQuestion(
                role: .keyStore, userName: userName, kind: .password,
                clientNonce: try Vectors.fixed("input client nonce"))
        }
    }

    var keyring: Keyring {
        get throws {
            Keyring(
                objectKeys: [
                    Keyring.NumberedKey(id: .first, key: try Vectors.secret("input object key 1")),
                    Keyring.NumberedKey(id: KeyID(rawValue: 2), key: try Vectors.secret("input object key 2")),
                ],
                activeKeyID: KeyID(rawValue: 2), nameBlindingKey: try Vectors.secret("input name blinding key"),
                localStorageKey: try Vectors.secret("input local storage key"), storeSigningKey: signingKey,
                storeSlots: [
                    .init(id: try Vectors.fixed("input slot id store password"), recipient: .password),
                    .init(
                        id: try Vectors.fixed("input slot id store recovery"),
                        recipient: try code.recipient(role: .keyStore)),
                    .init(
                        id: try Vectors.fixed("input slot id store device"), recipient: .device(device.publicKey)),
                ],
                profileSlots: [
                    .init(id: try Vectors.fixed("input slot id profile password"), recipient: .password),
                    .init(
                        id: try Vectors.fixed("input slot id profile recovery"),
                        recipient: try code.recipient(role: .authDelivery)),
                ],
                profileKey: profileKey, authDeliveryServerID: try Vectors.fixed("input ad server id"))
        }
    }

    var profile: Profile {
        get throws {
            Profile(
                origins: [origin, try #require(Origin(rawValue: "http://192.168.1.2:7464"))],
                serverID: serverKey.serverID, certificatePin: pin, userName: userName, storeID: storeID,
                storePublicKey: signingKey.publicKey, moveCounter: 3)
        }
    }
}

func revision(_ number: UInt64) throws -> Revision { try #require(Revision(rawValue: number)) }
