import CloudMLSClient

/// How large a simulation is, and how much goes wrong in it.
struct SimulationPlan {
    /// How many devices each user has.
    let devices: [Int]
    /// How many activities there are before things calm down.
    let activities: Int
    let policy: MessagingPolicy
    /// How many users have signed up and stand in a first group when the trouble begins.
    let firstMembers: Int

    // In so many of a thousand cases:

    /// a request, or an answer, is lost.
    let loss: Int
    /// a request that nobody waits for any more arrives all the same, later.
    let lateness: Int
    /// a request arrives twice.
    let duplication: Int
    /// a device is switched off at a step.
    let crash: Int
    /// a server goes away for a day at a step.
    let outage: Int
    /// a server restarts at a step, so that what is on its way there or back is lost.
    let restart: Int
    /// a commit is refused for good.
    let refusal: Int
    /// a key store is brought back to an old state at a step. Few seeds have it.
    let rollback: Int

    init(_ generator: inout SeededGenerator) {
        let users = generator.pick([2, 2, 2, 2, 3, 3, 3, 4, 4, generator.below(4) + 5])
        devices = (0..<users).map { _ in [1, 1, 2, 2, 3][generator.below(users > 4 ? 3 : 5)] }
        activities = 8 + generator.below(users > 4 ? 8 : 16)
        policy = MessagingPolicy(
            keyPackageCount: 2, generationBlock: generator.pick([1, 1, 1, 3]))
        firstMembers = generator.happens(800) ? max(2, users - generator.below(2)) : 0
        let isCalm = generator.happens(100)
        loss = isCalm ? 0 : generator.pick([0, 10, 30, 80])
        lateness = generator.pick([0, 300, 700])
        duplication = isCalm ? 0 : generator.pick([0, 20, 80])
        crash = isCalm ? 0 : generator.pick([0, 3, 8, 20])
        outage = generator.pick([0, 0, 2])
        restart = generator.pick([0, 0, 5])
        refusal = generator.pick([0, 0, 0, 200])
        rollback = generator.happens(200) ? 10 : 0
    }
}
