package import KeyHierarchy
import MLSCodec

extension AnchorVault {
    /// The group's anchor: what the server has or this device remembers, whichever is higher.
    ///
    /// - Throws: `notAuthentic` if the server's is not what was sealed.
    package func read(_ group: GroupID) async throws -> Reading<GroupAnchor> {
        let name = sealer.name(groupID: group.bytes)
        var reading: Reading<GroupAnchor> = try await stored(name)
        if let copy = try await local.read(Self.localName(name)), let copy = try? GroupAnchor(decoding: copy) {
            reading.anchor = reading.anchor?.merged(with: copy) ?? copy
        }
        return reading
    }

    /// Replaces the group's anchor if its revision still is `ifRevision`, and this device's copy after it.
    ///
    /// - Returns: false if somebody else was faster.
    package func swap(_ group: GroupID, to anchor: GroupAnchor, ifRevision: UInt64) async throws -> Bool {
        let name = sealer.name(groupID: group.bytes)
        guard try await write(anchor, name: name, ifRevision: ifRevision) else { return false }
        try await local.write(Self.localName(name), anchor.encoded)
        return true
    }
}
