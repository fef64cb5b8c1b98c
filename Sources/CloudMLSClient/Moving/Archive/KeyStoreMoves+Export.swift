import CloudMLSAPI
import KeyHierarchy
import MLSCodec

extension KeyStoreMoves {
    /// Writes the whole store into a sealed file, as it is at one moment: where another device writes meanwhile, it begins
    /// anew. The file is complete, or not there.
    ///
    /// - Returns: how many objects are in it, and their bytes.
    /// - Throws: `ClientError`; among others `busy` where the store keeps changing, and `localStorage`.
    public func export(
        to path: String, progress: @Sendable (MoveProgress) -> Void = { _ in }
    ) async throws -> MoveProgress {
        var attempts = Attempts(
            5, orBusy: "Other devices of yours keep writing to the key store.", hint: "Try again when they are quiet.")
        while true {
            try attempts.count()
            if let done = try await exportOnce(to: path, progress: progress) { return done }
        }
    }

    /// - Returns: nil where something was written meanwhile.
    private func exportOnce(
        to path: String, progress: @Sendable (MoveProgress) -> Void
    ) async throws -> MoveProgress? {
        let session = try await newestSession()
        guard session.keyring.objectKeys.count == 1 else { throw ServerSource.rotationUnderWay }
        let before = try await context.keyStore.moveDigest()
        let keyring = try await context.keyStore.keyring()
        // A rotation since: the slots would open to another key than the one that seals the archive.
        guard keyring.revision == session.keyringRevision.rawValue else { return nil }
        let stored = try await context.keyStore.slots()
        let slots = try archived(stored, of: session)
        guard let revision = Revision(rawValue: keyring.revision), keyring.storeID.array == session.storeID.bytes else {
            throw ClientError.moveMisfit
        }
        let header = ArchiveHeader(
            storeID: session.storeID, salt: context.environment.fresh(),
            slots: slots.map(\.slot).filter { $0.kind != .device })
        let writer = try ArchiveWriter(path: path, header: header, dataKey: session.dataKey)
        try writer.add([
            .contents(
                ArchiveContents(
                    objectCount: before.objects, keyringRevision: revision, keyring: keyring.body.array, slots: slots))
        ])
        var digest = StoreDigestBuilder(storeID: session.storeID, objectCount: before.objects)
        var done = MoveProgress(copied: 0, total: before.objects, bytes: 0)
        var last: [UInt8]?
        var isMore = true
        while isMore {
            let page = try await context.keyStore.movePage(after: last)
            try writer.add(page.objects.map { try record($0) })
            for object in page.objects {
                digest.addObject(name: object.name.array, revision: object.revision, body: object.body?.array)
                done.copied += 1
                done.bytes += UInt64(object.body?.array.count ?? 0)
            }
            progress(done)
            last = page.objects.last?.name.array ?? last
            isMore = page.more
        }
        let found = digest.finish(
            keyringRevision: keyring.revision, keyring: keyring.body.array,
            slots: slots.map {
                .init(id: $0.slot.id, kind: $0.slot.kind, revision: $0.revision.rawValue, body: $0.slot.encoded)
            })
        let after = try await context.keyStore.moveDigest()
        guard after.digest.array == found.bytes, after.objects == done.copied else { return nil }
        try writer.add([.end(objectCount: done.copied, digest: found)], isLast: true)
        try writer.finish()
        return done
    }

    private func archived(_ stored: [StoredSlot], of session: StoredSession) throws -> [ArchivedSlot] {
        let slots = try StoreChecks.slots(stored, of: StoreScope.self)
        _ = try StoreChecks.verify(
            slots, by: session.keyring.storeSigningKey.publicKey, scopeID: session.storeID)
        return try zip(slots, stored).map { slot, row in
            guard let revision = Revision(rawValue: row.revision) else { throw ClientError.moveMisfit }
            let key = slot.kind == .password ? nil : row.login.flatMap { LoginPublicKey(bytes: $0.publicKey.array) }
            return ArchivedSlot(slot: slot, revision: revision, loginKey: key)
        }
    }

    private func record(_ object: StoredObject) throws -> ArchiveRecord {
        guard let name = BlindedName(bytes: object.name.array), let revision = Revision(rawValue: object.revision)
        else {
            throw ClientError.moveMisfit
        }
        return .object(name: name, revision: revision, body: object.body?.array)
    }
}
