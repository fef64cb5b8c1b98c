extension Authenticator {
    package init(
        environment: ClientEnvironment, sessions: any SessionStorage, local: any LocalState,
        connector: any ServerConnector
    ) {
        self.init(
            environment: environment, sessions: sessions, local: local, connector: connector,
            following: MovedStores(environment: environment, connector: connector))
    }

    /// Keeps the session and what the device remembers in a folder.
    public init(folder: ClientFolder, environment: ClientEnvironment = .system) {
        self.init(
            environment: environment, sessions: folder, local: folder,
            connector: NetworkConnector(now: environment.now))
    }

    /// Keeps the session where the caller says, such as in a system's key ring. Who gets at it reads everything, until the
    /// user signs out.
    ///
    /// - Parameter folder: for what the device remembers otherwise, such as pins of servers and how far was read; nil
    ///   remembers it until the process ends. Nothing in it opens anything.
    public init(
        keepingSessionIn sessions: any SessionStorage, folder: ClientFolder? = nil,
        environment: ClientEnvironment = .system
    ) {
        self.init(
            environment: environment, sessions: sessions, local: folder ?? MemoryLocalState(),
            connector: NetworkConnector(now: environment.now))
    }

    /// Keeps no keys and no tokens on disk: signed in until the process ends. Pins and anchors still go to the folder,
    /// where there is one.
    public init(withoutSession folder: ClientFolder?, environment: ClientEnvironment = .system) {
        self.init(
            environment: environment, sessions: MemorySessionStorage(), local: folder ?? MemoryLocalState(),
            connector: NetworkConnector(now: environment.now))
    }
}
