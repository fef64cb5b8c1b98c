import CloudMLSAPI
import KeyHierarchy
import MLSCodec

// Copy, commit, and what comes after
extension StoreMove {
    mutating func handleCopy(_ event: Event) throws -> Step<Action, Output> {
        switch (state, event) {
        case (.page(let route), .page(let page)):
            guard let last = page.objects.last?.name.array else {
                state = .digests(route)
                return .perform(.compareDigests)
            }
            state = .pageWrite(route, after: page.more ? last : nil)
            return .perform(.writePage(ImportObjects(moveID: Bytes(route.moveID.bytes), objects: page.objects)))
        case (.pageWrite(let route, let next), .imported):
            if let next { return readPage(route, after: next) }
            state = .digests(route)
            return .perform(.compareDigests)
        case (.digests(let route), .digests(let source, let target)):
            return try compare(route, source, target)
        case (.commit(var route), .move(let status)):
            guard status.state == .moved, let statement = status.statement else { throw Self.misfit }
            route.statement = statement
            return try open(route)
        case (.opening(let route), .imported(let status)):
            guard status.state == .active else { throw Self.misfit }
            state = .destination(route)
            return .perform(.readDestination)
        case (.destination(let route), .destination(let contents)):
            return try arrive(route, contents)
        case (.completion(var completion, let arrival), .completion(let event)):
            let step = try completion.handle(event)
            return continueCompletion(completion, arrival, step)
        default:
            throw ClientError.unexpectedEvent
        }
    }

    mutating func copy(_ route: Route, _ status: ImportStatus) throws -> Step<Action, Output> {
        guard status.moveID?.array == route.moveID.bytes else {
            // What is there is of another move: its account is one's own, or there would be no session.
            state = .source(route)
            return .perform(.readSource)
        }
        if route.statement != nil { return try open(route) }
        guard status.state == .receiving else { throw Self.misfit }
        return readPage(route, after: status.lastName?.array)
    }

    private mutating func readPage(_ route: Route, after name: [UInt8]?) -> Step<Action, Output> {
        state = .page(route)
        return .perform(.readPage(after: name))
    }

    private mutating func compare(
        _ route: Route, _ source: StoreDigestAnswer, _ target: StoreDigestAnswer
    ) throws -> Step<Action, Output> {
        guard source == target else {
            guard !isSecondCopy else {
                throw ClientError(
                    .refused(.moveConflict), "The two key stores do not have the same after copying twice.",
                    hint: "End the move with `key-store move --cancel`; nothing is lost.")
            }
            isSecondCopy = true
            return readPage(route, after: nil)
        }
        let forward = try ForwardPointer(
            to: route.next, moveID: route.moveID, profileKey: owner.keyring.profileKey,
            signedBy: owner.keyring.storeSigningKey)
        state = .commit(route)
        return .perform(
            .commit(
                MoveCommit(
                    moveID: Bytes(route.moveID.bytes), digest: source.digest, forward: Bytes(forward.encoded))))
    }

    private mutating func open(_ route: Route) throws -> Step<Action, Output> {
        guard let statement = route.statement,
            let verified = try? SignedMovedStatement(decoding: statement.array).verified(by: route.sourceKey),
            verified.storeID == owner.storeID, verified.moveID == route.moveID,
            verified.destination == destination.serverID
        else {
            throw ClientError(
                .notAuthentic, "The old key store's statement that the store has moved is not valid.",
                hint: "Ask whoever runs it.")
        }
        state = .opening(route)
        return .perform(
            .open(ImportOpening(moveID: Bytes(route.moveID.bytes), statement: statement, digest: nil)))
    }

    private mutating func arrive(_ route: Route, _ contents: StoreContents) throws -> Step<Action, Output> {
        let arrival = try MoveCompletion.Arrival(
            route.next, moveID: route.moveID, contents, dataKey: owner.dataKey)
        var completion = MoveCompletion(arrival, profileID: owner.profileID, keyring: owner.keyring)
        let step = completion.start()
        return continueCompletion(completion, arrival, step)
    }

    private mutating func continueCompletion(
        _ completion: MoveCompletion, _ arrival: MoveCompletion.Arrival, _ step: Step<MoveCompletion.Action, Void>
    ) -> Step<Action, Output> {
        switch step {
        case .perform(let action):
            state = .completion(completion, arrival)
            return .perform(.complete(action))
        case .finished:
            return .finished(.moved(arrival))
        }
    }
}

extension MoveCompletion.Arrival {
    /// Checks what is at the new key store: nobody but the store's owner made it.
    init(_ profile: Profile, moveID: MoveID, _ contents: StoreContents, dataKey: DataKey) throws {
        let slots = try StoreChecks.slots(contents.slots, of: StoreScope.self)
        _ = try StoreChecks.verify(slots, by: profile.storePublicKey, scopeID: profile.storeID)
        let (_, revision) = try StoreChecks.open(
            contents.keyring, with: dataKey, storeID: profile.storeID, by: profile.storePublicKey)
        guard let incarnation = Incarnation(bytes: contents.incarnation) else { throw StoreMove.misfit }
        self.init(
            profile: profile, moveID: moveID, slotsDigest: SlotsDigest(of: slots), keyringRevision: revision,
            incarnation: incarnation)
    }
}
