/// What a synchronisation did.
public struct SyncReport: Sendable, Hashable {
    /// How many inbox entries were processed.
    public var processed = 0
    /// Groups that somebody added the user to.
    public var joined: [GroupID] = []
    /// What could not be processed this time.
    public var parked: [ParkedReport] = []
    /// All accounts whose identity key has changed since it was first seen.
    public var identityChanges: [IdentityChange] = []
    public var problems: [GroupProblem] = []
    /// Groups that gave way to another one for the same chat, made at the same moment: they can still be read.
    public var replaced: [GroupID] = []
    /// Chats with several groups of which a person has to choose: they are of different times or have different members.
    public var undecidedChats: [String] = []
    /// Groups of which the key store had an older state than this user has seen, and which go on in a new epoch.
    public var healed: [GroupID] = []
    /// Groups that can only be read until another member has added the user's account again, which happens by itself:
    /// what led to their newest epoch was lost with a newer state of the key store.
    public var waiting: [GroupID] = []

    public init() {}

    mutating func note(_ healing: GroupActor.Healing, of group: GroupID) {
        switch healing {
        case .healed: healed.append(group)
        case .waiting: waiting.append(group)
        }
    }
}
