/// Those who store the sessions that an authenticator has handed out.
actor SessionKeepers {
    private var keepers: [SessionKeeper] = []

    func add(_ keeper: SessionKeeper) { keepers.append(keeper) }

    /// Stops all of them: no renewal of a token brings a session back that was removed or replaced.
    func endAll() async {
        let ending = keepers
        keepers = []
        for keeper in ending { await keeper.end() }
    }
}
