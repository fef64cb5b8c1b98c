import CloudMLSAPI
import MLS
import MLSCodec

extension GroupActor {
    /// Handshake generations of an epoch after which nobody is added again by itself: a member whose KeyPackage is refused
    /// each time, or who withdraws it in between, must not use up what others need to leave the epoch.
    static let readmissionLimit: UInt32 = 8

    /// Makes the commit that brings a change about, and the snapshot that holds its intent.
    ///
    /// - Parameter isWithPending: whether it commits what others have proposed too.
    /// - Returns: nil if there is nothing to do.
    func stage(
        _ change: GroupChange, from stored: GroupSnapshot, isWithPending: Bool = true
    ) async throws -> (GroupSnapshot, CommitIntent)? {
        let (head, group) = try stored.active()
        let members = Dictionary(
            group.members.compactMap { member in member.account.map { ($0, member.leafIndex) } }
        ) { first, _ in first }
        let readmitting = Set(change.readmit).filter { $0 != head.account && members[$0] != nil }
        let adding = Set(change.add).filter { members[$0] == nil }.union(readmitting).sorted()
        let removing = Set(change.remove).union(readmitting).compactMap { account in
            account == head.account ? nil : members[account]
        }
        if change.remove.contains(head.account) {
            throw ClientError(.invalidArgument, "Nobody removes itself by a commit.", hint: "Leave the group instead.")
        }
        let counts =
            try await services.objects.value(StorePath.generations(group.epoch, of: id))
            .decoded(GenerationCounts.self) ?? GenerationCounts()
        guard counts.handshake < GenerationCounts.limit else {
            throw ClientError(.busy, "This epoch of the group has no room for another change.")
        }
        guard readmitting.isEmpty || counts.handshake < Self.readmissionLimit else { return nil }
        let claims = try await claim(adding, head.claims, group, generation: counts.handshake)
        try checkReadmission(claims.filter { readmitting.contains($0.account) }, in: group)
        var request = CommitRequest(
            adding: try claims.map { try KeyPackage(decoding: $0.keyPackage) }, removing: removing.sorted(),
            includesPendingProposals: isWithPending, forcesPath: change.refresh,
            framing: .privateMessage(generation: counts.handshake, padding: .padme))
        let policy = LifetimePolicy(now: services.environment.now())
        let proposals = try group.proposals(for: request, policy: policy)
        guard !proposals.isEmpty || change.refresh else { return nil }
        guard let announcement = CommitAnnouncement(proposals, in: group) else {
            throw ClientError(.invalidArgument, "A proposal is about somebody who has no account.")
        }
        request.authenticatedData = announcement.encoded
        let signer = try await signingKey(head.account, in: group)
        let staged = try group.stageCommit(request, policy: policy, signer: signer)
        try checkChat(of: staged, in: group)
        try await checkIdentities(of: staged)

        let intent = CommitIntent(
            purpose: .commit, epoch: group.epoch, commit: staged.message.encoded, welcome: staged.welcome?.encoded,
            confirmation: group.provider.hash(staged.merged.epochAuthenticator.bytes),
            next: staged.merged.encodedState, generation: counts.handshake, claims: claims)
        var next = stored
        next.head?.intent = intent
        next.head?.claims.removeAll { claims.contains($0) }
        return (next, intent)
    }

    /// Nobody was asked whether these members should be added again, only the server says that they want it: they come
    /// back with the key that they have, or not without a person.
    private func checkReadmission(_ claims: [HeldKeyPackage], in group: Group) throws {
        for claim in claims {
            let key = try KeyPackage(decoding: claim.keyPackage).leafNode.signatureKey
            guard group.members.contains(where: { $0.account == claim.account && $0.signatureKey == key }) else {
                throw ClientError(
                    .identityKeyChanged,
                    "\(claim.account) asks to be added to a group again, and has another identity key than before.",
                    hint: "Ask them over another way whether they changed it; if so, remove them and add them again.")
            }
        }
    }

    /// A KeyPackage for each account: held ones first, then claimed ones.
    ///
    /// - Parameter generation: the handshake generation that comes next: it makes the claim of a repeated run the same one.
    /// - Throws: `noKeyPackage` if somebody has none; then nothing was claimed.
    func claim(
        _ accounts: [AccountAddress], _ held: [HeldKeyPackage], _ group: Group, generation: UInt32
    ) async throws -> [HeldKeyPackage] {
        let policy = LifetimePolicy(now: services.environment.now())
        func isUsable(_ claim: HeldKeyPackage) -> Bool {
            guard let keyPackage = try? KeyPackage(decoding: claim.keyPackage),
                (try? keyPackage.verified(by: group.provider, policy: policy)) != nil
            else { return false }
            return AccountAddress(credential: keyPackage.leafNode.credential) == claim.account
        }
        var claims = accounts.compactMap { account in held.first { $0.account == account && isUsable($0) } }
        let missing = accounts.filter { account in !claims.contains { $0.account == account } }
        guard !missing.isEmpty else { return claims }
        let answer = try await services.authDelivery.claimKeyPackages(
            KeyPackageClaim(accounts: missing, cipherSuite: group.cipherSuite.rawValue),
            idempotencyKey: services.secrets.claimKey(
                group: id, epoch: group.epoch, generation: generation, accounts: missing))
        let claimed = answer.keyPackages.map { HeldKeyPackage(account: $0.account, keyPackage: $0.keyPackage.array) }
        for account in missing {
            guard let match = claimed.first(where: { $0.account == account && isUsable($0) }) else {
                throw ClientError(
                    .noKeyPackage, "\(account) cannot be added: there is no valid KeyPackage of it.",
                    hint: "They have to add the account and sign in once.")
            }
            claims.append(match)
        }
        return claims
    }

    /// Checks the leaves that an own commit brings in: one's name is worth what was checked before it is signed.
    func checkIdentities(of staged: StagedCommit) async throws {
        let entering = staged.added + staged.updated.filter { $0.leafIndex != staged.sender }
        guard !entering.isEmpty else { return }
        let records = try await services.authDelivery.identities(of: Set(entering.compactMap(\.account)).sorted())
        let check = IdentityCheck(records, suite: staged.merged.cipherSuite)
        for member in entering {
            if let objection = check.objection(toEntering: member, at: nil) {
                throw ClientError(
                    .identityKeyChanged, "The change was not made: \(objection).",
                    hint: "Ask them to sign in once, so that their KeyPackages are renewed.")
            }
        }
    }
}
