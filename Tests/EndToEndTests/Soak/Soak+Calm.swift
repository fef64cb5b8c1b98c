import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import MLS
import TestSupport

/// What must hold when nothing is killed any more.
extension Soak {
    func checkWhenCalm() async throws {
        for device in devices {
            // The first one may only learn that its session is over.
            for attempt in 0..<3 {
                let outcome = try await device.run("group", "list", "--json")
                if outcome.status == 0 { break }
                if attempt == 2 { await record.note("\(device.name) does not work again: \(outcome)") }
            }
        }
        let members = try await checkAgreement()
        try await checkLastWords(members)
        try await checkTexts()
        try await checkServers()
    }

    /// What a user's key store has about a group.
    private struct View {
        var epoch: UInt64
        var authenticator: [UInt8]
        var members: Set<String>
    }

    /// All members of a group are in the same epoch with the same secrets, as their key stores have it.
    ///
    /// - Returns: the members of each group, by the group's chat.
    private func checkAgreement() async throws -> [String: Set<String>] {
        let server = try Origin(typed: origin)
        var views: [GroupID: [String: View]] = [:]
        var chats: [GroupID: String] = [:]
        for user in Self.users {
            let folder = try place.folder("examiner-\(user)")
            let examiner = LibraryDevice(folder: folder.path, authDelivery: server)
            let password = await record.candidates(user).last ?? ""
            try await examiner.signIn(user, password: password) { context in
                let messenger = Messenger(context: context)
                let report = try await messenger.sync()
                for problem in report.problems { await record.note("\(user): \(problem.error)") }
                for parked in try await messenger.parked() { await record.note("\(user) has parked \(parked)") }
                for group in try await messenger.groups() where group.state == .active {
                    let snapshot = try await GroupSnapshot.load(group.id, from: context.sealed)
                    guard let state = snapshot.group else { continue }
                    let members = try await messenger.members(of: group.id).map(\.id)
                    views[group.id, default: [:]][user] = View(
                        epoch: state.epoch, authenticator: state.epochAuthenticator.bytes, members: Set(members))
                    chats[group.id] = group.chat
                }
            }
        }
        var found: [String: Set<String>] = [:]
        for (group, views) in views {
            let chat = chats[group] ?? ""
            let members = views.first?.value.members ?? []
            found[chat] = members
            if Set(views.keys) != members {
                await record.note("\(chat) has the members \(members.sorted()), active are \(views.keys.sorted())")
            }
            if Set(views.values.map(\.authenticator)).count != 1 || Set(views.values.map(\.members)).count != 1 {
                await record.note("the members of \(chat) do not agree: \(views.mapValues(\.epoch))")
            }
        }
        return found
    }

    /// Every device sends once more.
    private func checkLastWords(_ members: [String: Set<String>]) async throws {
        for device in devices {
            guard let chat = members.keys.sorted().first(where: { members[$0]?.contains(device.user) == true })
            else { continue }
            let text = "the last words of \(device.name)"
            let outcome = try await device.run("send", chat, input: text)
            if outcome.status == 0 {
                await record.sent(text, in: chat, readers: members[chat] ?? [])
            } else {
                await record.note("\(device.name) cannot send when all is calm: \(outcome)")
            }
        }
    }

    /// Whoever was in a group when a text was sent can read it, on each device; what is unread is shown once.
    private func checkTexts() async throws {
        let sent = Dictionary(grouping: await record.sent, by: \.group)
        for device in devices {
            for (group, texts) in sent {
                guard await record.readers(in: group).contains(device.user) else { continue }
                try await device.read(group)
                guard let readable = try await device.everything(group) else {
                    await record.note("\(device.name) cannot read \(group)")
                    continue
                }
                for text in texts where text.readers.contains(device.user) && !readable.contains(text.text) {
                    await record.note("\(device.name) cannot read \"\(text.text)\" in \(group)")
                }
            }
        }
    }

    private func checkServers() async throws {
        for (role, server) in [(ServerRole.keyStore, keyStore), (.authDelivery, authDelivery)] {
            let backup = place.url.appending(path: "backup-\(role.rawValue)").path
            for arguments in [
                ["backup", backup, "--data", server.dataFolder.path], ["backup", "--verify", backup],
                ["doctor", "--data", server.dataFolder.path],
            ] {
                let outcome = try await ChildProcess(
                    ServerProcess.executable(role), arguments, environment: ["HOME": place.url.path],
                    folder: place.url, name: "examination"
                ).outcome()
                if outcome.status != 0 { await record.note("\(role.rawValue) \(arguments[0]): \(outcome)") }
            }
        }
    }
}
