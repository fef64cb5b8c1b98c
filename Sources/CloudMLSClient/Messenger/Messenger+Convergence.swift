import CloudMLSAPI
import MLS

extension Messenger {
    /// Decides between groups that were made for one chat at once; those that give way can be read and not written to.
    func converge(in report: inout SyncReport) async throws {
        struct Chat: Hashable {
            var name: String
            var account: AccountAddress
        }
        let active = try await index().groups.filter { $0.status == .active }
        let rivals = Dictionary(grouping: active) { Chat(name: $0.chat, account: $0.account) }
            .filter { $0.value.count > 1 }
        for (chat, groups) in rivals.sorted(by: { $0.key.name < $1.key.name }) {
            guard let losers = ChatConvergence.losers(try await candidates(groups.map(\.id))) else {
                report.undecidedChats.append(chat.name)
                continue
            }
            for id in losers { try await actor(id).giveWay() }
            report.replaced += losers
        }
    }

    private func candidates(_ groups: [GroupID]) async throws -> [ChatConvergence.Candidate] {
        var candidates: [ChatConvergence.Candidate] = []
        for id in groups {
            var stamp: UInt64?
            do {
                stamp = try await services.authDelivery.group(id.bytes).stamp
            } catch let error as ClientError where error.lastingRefusal != nil {
                stamp = nil
            }
            let members = try await members(of: id)
            candidates.append(ChatConvergence.Candidate(id: id, stamp: stamp, members: Set(members)))
        }
        return candidates
    }
}
