import CloudMLSAPI

extension Messenger {
    /// Adds those again who cannot follow a group any more, and asks for the same where this user is one of them: a change
    /// could not be applied, or the key store has lost what led to the group's newest epoch
    /// (docs/consistency.md, "A key store that went back in time").
    func rejoin(in report: inout SyncReport) async throws {
        let own = Set(try await accountService.list().map(\.account))
        let groups = try await services.authDelivery.groups()
        let index = try await index()
        for item in groups {
            let id = GroupID(item.groupID.array)
            let others = (item.rejoining ?? []).filter { !own.contains($0) }
            guard index.group(id)?.status == .active else { continue }
            // One by one: somebody who cannot be added must not keep the others out.
            var epoch = item.epoch
            for account in others {
                report.problems += try await problems(of: id) {
                    if try await working(on: id, { try await $0.readmit(account, in: epoch) }) { epoch += 1 }
                }
            }
        }
        let present = Set(groups.map { GroupID($0.groupID.array) })
        for entry in index.groups where entry.status == .readOnly && !present.contains(entry.id) {
            try await actor(entry.id).noteRemoval()
        }
        // Nobody else can be in a group that is in its first epoch.
        let suspects = groups.filter { item in
            let status = index.group(GroupID(item.groupID.array))?.status
            return item.epoch > 0 && status != .active && status != .creating
        }
        guard !suspects.isEmpty else { return }
        // A Welcome leaves the inbox after the group was written, or why it never will be: only now a group that is not
        // there is lost.
        guard try await services.authDelivery.inbox(after: 0, limit: 1, wait: 0).checked().entries.isEmpty else {
            return
        }
        for item in suspects {
            let id = GroupID(item.groupID.array)
            guard let account = try await lostMember(of: item, own: own) else { continue }
            report.problems += try await problems(of: id) {
                // Whoever adds the account again takes one of its KeyPackages.
                try await accountService.replaceLostKeyPackages(of: account)
                guard try await ask(RejoinRequest(account: account), of: id) else { return }
                if !report.waiting.contains(id) { report.waiting.append(id) }
            }
        }
    }

    /// - Returns: false if the account is no member any more.
    private func ask(_ request: RejoinRequest, of group: GroupID) async throws -> Bool {
        do {
            try await services.authDelivery.requestRejoin(group: group.bytes, request)
            return true
        } catch let error as ClientError where error.code == .refused(.notFound) {
            return false
        }
    }

    /// Whether being added again has not helped: what was sent for it could not be used either, whose reasons are shown.
    private func isGivenUp(_ group: GroupID) async throws -> Bool {
        let parked = try await services.objects.value(StorePath.parked).decoded(ParkedMessages.self)
        let dayAgo = services.environment.now() - min(services.environment.now(), 86_400)
        let vain = (parked?.entries ?? []).filter { $0.group == group && $0.kind == .welcome && $0.time > dayAgo }
        return vain.count >= 3
    }

    /// The account of this user that is in a group for the server, and has nothing to be in it with.
    ///
    /// - Returns: nil where all is well, or the others were asked already.
    private func lostMember(of item: GroupList.Item, own: Set<AccountAddress>) async throws -> AccountAddress? {
        let asked = item.rejoining ?? []
        let id = GroupID(item.groupID.array)
        guard try await !isGivenUp(id) else { return nil }
        if let head = try await actor(id).load().head {
            return head.status == .active || asked.contains(head.account) ? nil : head.account
        }
        guard asked.allSatisfy({ !own.contains($0) }) else { return nil }
        do {
            return try await services.authDelivery.group(item.groupID.array).members.first { own.contains($0) }
        } catch let error as ClientError where error.lastingRefusal != nil {
            return nil
        }
    }
}
