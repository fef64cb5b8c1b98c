package import KeyHierarchy

/// Who a server is: made at its first start, kept in the database and so part of every backup.
package struct ServerIdentity: Sendable {
    package let role: ServerRole
    /// Signs pre-login answers. Its public half's hash is what clients pin.
    package let signingKey: ServerSigningKey
    /// This life between two restores.
    package let incarnation: Incarnation
    /// Freezes what a pre-login says about names that do not exist; 32 random bytes.
    let decoySecret: [UInt8]

    package var serverID: ServerID { signingKey.serverID }
    package var publicKey: ServerPublicKey { signingKey.publicKey }
}
