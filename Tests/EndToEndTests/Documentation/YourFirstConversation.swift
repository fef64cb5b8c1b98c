import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy

/// Somebody at one device, whose folder keeps what the device knows.
struct Speaker {
    let account: AccountAddress
    let messenger: Messenger

    /// Signs up at both servers with one password, and adds an account on a shared folder.
    static func signUp(
        _ name: String, authDelivery: String, setupCode: String, device: String, sharing folder: String
    ) async throws -> Speaker {
        let context = try await Authenticator(folder: try ClientFolder(path: device)).signUp(
            userName: UserName(typed: name), password: Password("a long password of \(name)"),
            authDelivery: Origin(typed: authDelivery), keyStore: .setupCode(SetupCode(text: setupCode)))
        let speaker = try Speaker(name, context)
        try await speaker.messenger.addAccount(speaker.account, settings: FolderPlatform.settings(path: folder))
        return speaker
    }

    /// Signs in on a new device: one address, the name and the password are enough.
    static func signIn(_ name: String, authDelivery: String, device: String) async throws -> Speaker {
        let context = try await Authenticator(folder: try ClientFolder(path: device)).signIn(
            userName: UserName(typed: name), password: Password("a long password of \(name)"),
            authDelivery: Origin(typed: authDelivery))
        return try Speaker(name, context)
    }

    private init(_ name: String, _ context: ClientContext) throws {
        account = try AccountAddress(typed: "\(FolderPlatform.platformName):\(name)")
        messenger = Messenger(context: context)
    }
}

/// Alice makes a group for a chat and writes to Bob, who reads it on a device that he has just signed in on. Returns what
/// he is shown.
func yourFirstConversation(
    authDelivery: String, setupCodes: [String], devices: String, sharing folder: String
) async throws -> [String] {
    let alice = try await Speaker.signUp(
        "alice", authDelivery: authDelivery, setupCode: setupCodes[0], device: "\(devices)/alice", sharing: folder)
    let bob = try await Speaker.signUp(
        "bob", authDelivery: authDelivery, setupCode: setupCodes[1], device: "\(devices)/bob", sharing: folder)

    try await alice.messenger.createGroup(chat: "The lake", account: alice.account, members: [bob.account])
    let group = try await alice.messenger.group(named: "The lake")
    let platform = FolderPlatform(path: folder)
    try await alice.messenger.conversation(in: group, on: platform).send("The water is warm.")

    let phone = try await Speaker.signIn("bob", authDelivery: authDelivery, device: "\(devices)/bob-phone").messenger
    let conversation = phone.conversation(in: try await phone.group(named: "The lake"), on: platform)
    let page = try await conversation.unread()
    let shown = page.messages.map { message in
        switch message.content {
        case .sealed(let text, let sender): "\(sender) wrote: \(text)"
        case .plain(let text): "somebody wrote, unencrypted: \(text)"
        case .undecryptable(let reason): "a message that cannot be read: \(reason)"
        }
    }
    try await conversation.markRead(page)
    return shown
}
