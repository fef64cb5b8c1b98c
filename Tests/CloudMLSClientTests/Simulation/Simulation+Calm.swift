import CloudMLSAPI

/// What happens without trouble: before it begins, and when things have calmed down.
extension Simulation {
    func setUp() {
        guard plan.firstMembers > 0 else { return }
        let members = Array(users.prefix(plan.firstMembers))
        for user in members { finish(.addAccount, on: first(user)) }
        finish(.createGroup(chat: "lunch", members: members.dropFirst().map(\.account)), on: first(users[0]))
        for user in members.dropFirst() { finish(.synchronise(wait: 0), on: first(user)) }
    }

    private func first(_ user: SimulatedUser) -> SimulatedDevice {
        devices.first { $0.user === user } ?? devices[0]
    }

    /// Lets all end that goes on, then brings everybody up to date.
    func calmDown() {
        network.away = [:]
        settle()
        for device in devices where !device.running.isEmpty {
            violate("\(device) never ends \(device.running)")
        }
        for user in users { finish(.addAccount, on: first(user)) }
        // Once more where somebody has to be added again: asking, adding and joining each take a turn.
        let rounds = users.contains { $0.isRolledBack } ? 4 : 2
        for _ in 0..<rounds { for device in devices { finish(.synchronise(wait: 0), on: device) } }
        readmitNewIdentities()
        // Whoever sends commits what others have proposed first.
        for user in users {
            finish(.sendToAll(text: "\(Self.lastWords) \(user.name)"), on: first(user))
            for device in devices where device.index == 0 { finish(.synchronise(wait: 0), on: device) }
        }
        for _ in 0..<2 { for device in devices { finish(.readAll, on: device) } }
    }

    /// Whose identity keys were lost comes back to its groups by a person only.
    private func readmitNewIdentities() {
        for user in users where user.hasLostIdentity {
            for other in users where other !== user { finish(.readmit(user.account), on: first(other)) }
            for _ in 0..<2 { for device in devices { finish(.synchronise(wait: 0), on: device) } }
        }
    }

    /// Does something while nothing else goes on.
    private func finish(_ activity: Activity, on device: SimulatedDevice) {
        guard violations.isEmpty else { return }
        begin(activity, on: device)
        settle()
        if !device.running.isEmpty { violate("\(device) never ends \(activity)") }
    }

    /// Lets every call arrive, the oldest first.
    private func settle() {
        while let exchange = network.exchanges.first, steps < Self.limit {
            steps += 1
            if case .answer = exchange.phase { answer(exchange) } else { deliver(exchange) }
            executor.runUntilQuiet()
        }
    }
}
