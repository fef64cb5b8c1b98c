public import MLSCodec

// struct {
//   CipherSuite cipher_suite;
//   EncryptedGroupSecrets secrets<V>;
//   opaque encrypted_group_info<V>;
// } Welcome;

/// Lets new members in (RFC 9420 §12.4.3.1).
public struct Welcome: Hashable, Sendable, MLSCodable, LaidOut {
    /// The group's, which the KeyPackages of all it lets in have too.
    public var cipherSuite: CipherSuite
    /// One for each new member; anybody can read whose KeyPackages they name.
    package var secrets: [EncryptedGroupSecrets]
    package var encryptedGroupInfo: [UInt8]

    package init(cipherSuite: CipherSuite, secrets: [EncryptedGroupSecrets], encryptedGroupInfo: [UInt8]) {
        self.cipherSuite = cipherSuite
        self.secrets = secrets
        self.encryptedGroupInfo = encryptedGroupInfo
    }

    static let layout: StructLayout<Self, CipherSuite, [EncryptedGroupSecrets], [UInt8]> = StructLayout(
        \.cipherSuite, \.secrets, \.encryptedGroupInfo
    ) {
        Self(cipherSuite: $0, secrets: $1, encryptedGroupInfo: $2)
    }

    /// The KeyPackages that this Welcome is for.
    public var newMembers: [KeyPackageRef] { secrets.map(\.newMember) }
}

/// `struct { KeyPackageRef new_member; HPKECiphertext encrypted_group_secrets; } EncryptedGroupSecrets`.
package struct EncryptedGroupSecrets: Hashable, Sendable, MLSStruct {
    package var newMember: KeyPackageRef
    package var encryptedGroupSecrets: HPKECiphertext

    package init(newMember: KeyPackageRef, encryptedGroupSecrets: HPKECiphertext) {
        self.newMember = newMember
        self.encryptedGroupSecrets = encryptedGroupSecrets
    }

    package static let layout: StructLayout<Self, KeyPackageRef, HPKECiphertext> = StructLayout(
        \.newMember, \.encryptedGroupSecrets
    ) { Self(newMember: $0, encryptedGroupSecrets: $1) }
}

// struct {
//   opaque joiner_secret<V>;
//   optional<PathSecret> path_secret;
//   PreSharedKeyID psks<V>;
// } GroupSecrets;

/// What a Welcome holds for one new member (RFC 9420 §12.4.3.1). A PathSecret is encoded as its one field.
package struct GroupSecrets: Hashable, Sendable, MLSStruct {
    package var joinerSecret: SecretBytes
    package var pathSecret: SecretBytes?
    package var psks: [PreSharedKeyID]

    package init(joinerSecret: SecretBytes, pathSecret: SecretBytes?, psks: [PreSharedKeyID] = []) {
        self.joinerSecret = joinerSecret
        self.pathSecret = pathSecret
        self.psks = psks
    }

    package static let layout: StructLayout<Self, SecretBytes, SecretBytes?, [PreSharedKeyID]> = StructLayout(
        \.joinerSecret, \.pathSecret, \.psks
    ) { Self(joinerSecret: $0, pathSecret: $1, psks: $2) }
}
