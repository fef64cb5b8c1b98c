import CloudMLSAPI

extension Messenger {
    /// Finishes what was cut short, empties the inbox, checks the key store against the anchors and brings on what is
    /// older, adds those again who cannot follow a group, and once a day renews KeyPackages.
    ///
    /// - Parameter wait: how many seconds to wait for something to arrive if the inbox is empty; at most
    ///   `Limits.longPoll`.
    /// - Returns: what happened; problems of a single group are in it and stop nothing else.
    /// - Throws: if a server cannot be reached.
    @discardableResult
    public func sync(wait: Int = 0) async throws -> SyncReport {
        var report = SyncReport()
        try await accountService.checkPools()
        for group in try await index().groups where group.status == .creating || group.status == .active {
            report.problems += try await problems(of: group.id) {
                try await actor(group.id).resume()
            }
            if let healing = await actor(group.id).takeHealing() { report.note(healing, of: group.id) }
        }
        let before = try await parked().count
        let found = try await services.environment.run(InboxMachine(wait: wait)) { action in
            switch action {
            case .fetch(let after, let wait):
                return .page(try await services.authDelivery.inbox(after: after, limit: 100, wait: wait).checked())
            case .process(let entry):
                return try await process(entry, in: &report) ? .processed : .kept
            case .acknowledge(let number):
                try await services.authDelivery.acknowledgeInbox(upTo: number)
                return .acknowledged
            }
        }
        report.processed = found
        try await rejoin(in: &report)
        try await converge(in: &report)
        if renewsDaily {
            // A part of something else, which goes on where this fails.
            do { try await renewKeyPackages() } catch let error as ClientError { report.renewalProblem = error }
        }
        let parked = try await parked()
        report.parked = Array(parked.suffix(max(0, parked.count - before)))
        report.identityChanges = try await identityChanges()
        onSync(report)
        return report
    }

    /// Synchronises for somebody who only reads: what is in the key store can be read while the auth-delivery server is
    /// away, overloaded, or hidden behind something that answers in its place. Before anything is sent, `sync()` insists.
    ///
    /// - Returns: the report, or why the server could not be asked.
    /// - Throws: all other errors of `sync()`.
    @discardableResult
    public func syncToRead() async throws -> Result<SyncReport, ClientError> {
        do {
            return .success(try await sync())
        } catch let error as ClientError where error.isOfAnAbsentServer {
            return .failure(error)
        }
    }

    /// - Returns: whether the entry is done with. What is in a log can be fetched again; a Welcome is only in the inbox,
    ///   and has to stay there until it was written down that it was applied, or why it never will be.
    private func process(_ entry: InboxEntry, in report: inout SyncReport) async throws -> Bool {
        let id = entry.groupID.map { GroupID($0.array) }
        if entry.gap == true {
            let groups = if let id { [id] } else { try await index().groups.map(\.id) }
            for group in groups {
                report.problems += try await problems(of: group) { try await actor(group).catchUp() }
            }
        } else if let id, let log = entry.log {
            report.problems += try await problems(of: id) { _ = try await actor(id).deliver(log) }
        } else if let id, let welcome = entry.welcome {
            var output: DeliveryMachine.Output?
            report.problems += try await problems(of: id) { output = try await actor(id).join(welcome) }
            if output == .applied { report.joined.append(id) }
            return output != nil
        }
        return true
    }

    /// Runs something on one group.
    ///
    /// - Returns: what is wrong with that group alone; everything else is thrown.
    func problems(of group: GroupID, _ operation: () async throws -> Void) async throws -> [GroupProblem] {
        do {
            try await operation()
            return []
        } catch let error as ClientError where error.isOfOneGroup {
            return [GroupProblem(group: group, error: error)]
        }
    }
}

extension ClientError {
    /// Whether trying the next group makes sense: the servers can be reached, and the state is kept for the next time.
    fileprivate var isOfOneGroup: Bool {
        switch code {
        case .rolledBack, .notAuthentic, .groupReadOnly, .noKeyPackage, .identityKeyChanged, .tooLarge: true
        default: lastingRefusal != nil
        }
    }
}
