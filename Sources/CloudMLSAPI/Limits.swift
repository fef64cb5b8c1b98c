/// Sizes and counts that both sides know. Servers can be configured to others; these are the defaults.
public enum Limits {
    /// Bytes of one sealed object.
    public static let objectSize = 4 << 20
    /// Objects in one batch, or names in one read of many.
    public static let batchCount = 64
    /// Bytes of all bodies in one batch.
    public static let batchSize = 8 << 20
    /// Bytes of all objects of a user.
    public static let userBytes = 1 << 30
    /// Objects of a user, tombstones included.
    public static let userObjects = 1_000_000
    /// Bytes of one MLS message.
    public static let mlsMessageSize = 2 << 20
    /// Available KeyPackages of an account and cipher suite.
    public static let keyPackages = 100
    /// Entries in an inbox before it overflows into one gap.
    public static let inboxEntries = 10_000
    /// Members of a group.
    public static let groupMembers = 2_000
    /// Bytes of one slot, keyring or profile.
    public static let smallBody = 64 << 10
    /// Bytes of one sealed anchor.
    public static let anchorSize = 4 << 10
    /// Identity keys of an account, replaced ones included.
    public static let identityKeys = 64
    /// Seconds that an access token lasts.
    public static let accessTokenLifetime = 600
    /// Seconds that a refresh token lasts.
    public static let refreshTokenLifetime = 7 * 86_400
    /// Seconds that a setup code lasts.
    public static let setupCodeLifetime = 86_400
    /// Objects in one page of a move.
    public static let movedObjects = 1_000
    /// Seconds in which signed-in devices can follow a store that has moved: as long as their sessions would have lasted.
    public static let followLifetime = refreshTokenLifetime
    /// Seconds that a pre-login answer can be used.
    public static let preLoginLifetime = 120
    /// Seconds between two signs of life in a stream of events.
    public static let eventHeartbeat = 20
    /// Streams of events that a user can have open.
    public static let eventStreams = 16
    /// Seconds that a long poll may ask for.
    public static let longPoll = 60
}
