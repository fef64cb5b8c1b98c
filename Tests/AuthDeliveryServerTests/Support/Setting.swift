import AuthDeliveryServer

/// A setting that a test's server has and others have not.
struct Setting: Sendable {
    let apply: @Sendable (inout AuthDeliveryConfiguration) -> Void

    static let closedRegistration = Setting { $0.registrationIsOpen = false }

    static func firstCome(_ platform: String) -> Setting { Setting { $0.firstComePlatforms = [platform] } }
    static func groupMembers(_ count: Int) -> Setting { Setting { $0.settings.groupMembers = count } }
    static func keyPackages(_ count: Int) -> Setting { Setting { $0.settings.keyPackages = count } }
    static func messageSize(_ count: Int) -> Setting { Setting { $0.settings.messageSize = count } }
    static func inboxEntries(_ count: Int) -> Setting { Setting { $0.settings.inboxEntries = count } }
    static func pageSize(_ count: Int) -> Setting { Setting { $0.settings.pageSize = count } }
    static func proposalsPerEpoch(_ count: Int) -> Setting { Setting { $0.settings.proposalsPerEpoch = count } }
    static func identityKeys(_ count: Int) -> Setting { Setting { $0.settings.identityKeysPerAccount = count } }
    static func groupsPerCreator(_ count: Int) -> Setting { Setting { $0.settings.groupsPerCreator = count } }
    static func voidsPerEpoch(_ count: Int) -> Setting { Setting { $0.settings.voidsPerEpoch = count } }
    static func answersPerUser(_ count: Int) -> Setting { Setting { $0.settings.answersPerUser = count } }
    static func answerBytes(_ count: Int) -> Setting { Setting { $0.settings.answerBytesPerUser = count } }
    static func waitingPerUser(_ count: Int) -> Setting { Setting { $0.settings.waitingPerUser = count } }
    static func anchorPageSize(_ count: Int) -> Setting { Setting { $0.settings.anchorPageSize = count } }
    static func anchorsPerUser(_ count: Int) -> Setting { Setting { $0.settings.anchorsPerUser = count } }
}
