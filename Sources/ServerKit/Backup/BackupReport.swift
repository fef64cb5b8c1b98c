/// What a verified backup holds.
package struct BackupReport: Sendable {
    /// When the backup was made, in seconds since 1970; nil for a plain copy of a database, whose content cannot be
    /// compared with what it was.
    package var created: UInt64?
    /// SHA-256 of the server's public key, as clients pin it.
    package var serverID: [UInt8]
    /// Bytes of the file.
    package var size: UInt64
    package var findings: RowFindings
}
