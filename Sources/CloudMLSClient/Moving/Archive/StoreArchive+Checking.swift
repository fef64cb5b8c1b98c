public import KeyHierarchy
import MLSCodec

extension StoreArchive {
    /// Opens and checks everything: that the file is complete and unchanged, that the store's owner made slots and keyring,
    /// that every object opens with the keyring, and that the whole is what was in the key store.
    ///
    /// - Throws: `ClientError` with `notAuthentic`, `wrongPassword` or `localStorage`.
    public func verify(
        password: Password, policy: KDFPolicy = .standard, progress: (MoveProgress) -> Void = { _ in }
    ) async throws -> Summary {
        let dataKey = try await ArchiveFile(path: path).dataKey(password: password, policy: policy)
        return try await verify(dataKey: dataKey, progress: progress)
    }

    func verify(dataKey: DataKey, progress: (MoveProgress) -> Void = { _ in }) async throws -> Summary {
        let file = try ArchiveFile(path: path)
        var check: Contents?
        var end: (count: UInt64, digest: StoreDigest)?
        try await file.forEach(dataKey: dataKey) { record in
            guard end == nil else { throw Self.disordered(path) }
            switch record {
            case .contents(let contents):
                guard check == nil else { throw Self.disordered(path) }
                check = try Contents(contents, storeID: storeID, dataKey: dataKey)
            case .object(let name, let revision, let body):
                guard var current = check else { throw Self.disordered(path) }
                check = nil
                try current.add(name, revision, body, path: path)
                progress(MoveProgress(copied: current.count, total: current.contents.objectCount, bytes: current.bytes))
                check = current
            case .end(let count, let digest):
                end = (count, digest)
            }
        }
        guard let end, var check else { throw Self.disordered(path) }
        guard check.count == end.count, check.count == check.contents.objectCount, check.finish() == end.digest else {
            throw ClientError(
                .notAuthentic, "\(path) does not have what was in the key store.", hint: "Use another copy of it.")
        }
        // Random bytes of the archive's own: the same import again is the same move.
        guard let moveID = MoveID(bytes: file.header.salt.bytes.prefix(MoveIDKind.byteCount)) else {
            throw ClientError.unexpectedEvent
        }
        return Summary(
            objects: check.count, bytes: check.bytes, moveID: moveID, digest: end.digest, contents: check.contents)
    }

    /// The objects behind a name, in an archive that was checked.
    func forEachObject(
        dataKey: DataKey, after last: [UInt8]?, _ body: (BlindedName, Revision, [UInt8]?) async throws -> Void
    ) async throws {
        try await ArchiveFile(path: path).forEach(dataKey: dataKey) { record in
            guard case .object(let name, let revision, let content) = record else { return }
            if let last, !last.lexicographicallyPrecedes(name.bytes) { return }
            try await body(name, revision, content)
        }
    }

    private static func disordered(_ path: String) -> ClientError {
        ClientError(.notAuthentic, "\(path) is not in the order that an archive has.", hint: "Use another copy of it.")
    }
}

/// What was met of an archive's content so far.
private struct Contents {
    let contents: ArchiveContents
    private(set) var count: UInt64 = 0
    private(set) var bytes: UInt64 = 0
    private let sealer: ObjectSealer
    private var digest: StoreDigestBuilder
    private var last: [UInt8] = []

    init(_ contents: ArchiveContents, storeID: StoreID, dataKey: DataKey) throws {
        self.contents = contents
        guard let sealed = try? SealedKeyring(decoding: contents.keyring), sealed.revision == contents.keyringRevision,
            let keyring = try? sealed.openUnverified(with: dataKey, storeID: storeID)
        else { throw StoreChecks.notAuthentic("The keyring", .keyStore) }
        _ = try StoreChecks.verify(
            contents.slots.map(\.slot), by: keyring.storeSigningKey.publicKey, scopeID: storeID)
        sealer = ObjectSealer(storeID: storeID, keyring: keyring)
        digest = StoreDigestBuilder(storeID: storeID, objectCount: contents.objectCount)
    }

    mutating func add(_ name: BlindedName, _ revision: Revision, _ body: [UInt8]?, path: String) throws {
        guard last.lexicographicallyPrecedes(name.bytes) else {
            throw ClientError(.notAuthentic, "\(path) has an object twice, or out of order.", hint: "Use another copy.")
        }
        if let body {
            do {
                _ = try sealer.open(body, name: name, revision: revision)
            } catch {
                throw ClientError(
                    .notAuthentic, "An object in \(path) is not what was written: \(error).",
                    hint: "Use another copy of the archive.")
            }
        }
        last = name.bytes
        count += 1
        bytes += UInt64(body?.count ?? 0)
        digest.addObject(name: name.bytes, revision: revision.rawValue, body: body)
    }

    mutating func finish() -> StoreDigest {
        digest.finish(
            keyringRevision: contents.keyringRevision.rawValue, keyring: contents.keyring,
            slots: contents.slots.map {
                .init(id: $0.slot.id, kind: $0.slot.kind, revision: $0.revision.rawValue, body: $0.slot.encoded)
            })
    }
}
