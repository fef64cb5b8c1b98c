import MLS
import MLSCodec

/// Two members of one group that get the same stream, which an attacker writes who can forge everything.
///
/// An input is a byte that says whether both delete their keys, and a sequence of
/// `uint8 step; opaque content<2 bytes of length>`. Whatever is in it:
/// - what is refused changes nothing;
/// - who deletes its keys reads nothing twice;
/// - two members that accept the same commit are in the same epoch with the same secrets;
/// - the tree stays one that joiners accept, and the stored form gives the same group again;
/// - both can always go on: no proposal keeps a member from committing, and what one of them starts over or branches from
///   the group the other one can follow into.
struct MemberStream {
    private let groups = WeakGroups.shared
    private let clients: [Client]
    private var first: Group
    private var second: Group
    /// Whether both have accepted the same commits. Who forges can tell two members different things.
    private var isInStep = true

    private static let firstClient = 0
    private static let secondClient = 3

    static func run(_ input: [UInt8]) {
        do {
            var stream = try MemberStream(deleting: input.first.map { $0 & 1 != 0 } ?? false)
            var reader = MLSReader(Array(input.dropFirst()))
            var steps = 0
            while steps < 40, let step = try? reader.readInteger(UInt8.self),
                let length = try? reader.readInteger(UInt16.self)
            {
                let content = (try? reader.readRaw(min(Int(length), reader.remaining))) ?? []
                stream.take(step, content)
                steps += 1
            }
            stream.goOn()
            stream.foundAnother()
        } catch {
            fatalError("the groups to fuzz could not be made: \(error)")
        }
    }

    private init(deleting: Bool) throws {
        groups.provider.reset(to: 1 << 32)
        let crowd = deleting ? groups.deletingCrowd : groups.crowd
        clients = crowd.clients
        first = try crowd.group(Self.firstClient)
        second = try crowd.group(Self.secondClient)
    }

    private mutating func take(_ step: UInt8, _ content: [UInt8]) {
        switch step % 9 {
        case 0...4:
            guard let message = try? MLSMessage(decoding: content) else { return }
            receive(message, merging: step % 9 != 0)
        case 5: propose(content)
        case 6: foundAnother()
        case 7:
            first = Self.reloaded(first, groups.provider)
            second = Self.reloaded(second, groups.provider)
        default: goOn(content)
        }
    }

    /// What became of a message.
    private enum Answer {
        case refused(MLSError.Code)
        case proposal
        case application
        case commit(StagedCommit)

        /// Who deletes its keys can read nothing that says that it comes from itself, which whoever forges can make.
        var isRefusedAsOwn: Bool {
            guard case .refused(.ownMessage) = self else { return false }
            return true
        }

        var isProposal: Bool {
            guard case .proposal = self else { return false }
            return true
        }
    }

    private mutating func receive(_ message: MLSMessage, merging isMerging: Bool) {
        let one = Self.process(message, in: &first, groups)
        let other = Self.process(message, in: &second, groups)
        if one.isProposal != other.isProposal {
            expect(
                !isInStep || one.isRefusedAsOwn || other.isRefusedAsOwn, "two members do not agree about a proposal")
            isInStep = false
        }
        guard isMerging else { return }
        var merged = 0
        if case .commit(let staged) = one {
            Self.merge(staged, into: &first)
            merged += 1
        }
        if case .commit(let staged) = other {
            Self.merge(staged, into: &second)
            merged += 1
        }
        guard merged > 0 else { return }
        if merged == 1 || first.isRemoved || second.isRemoved { isInStep = false }
        checkAgreement()
    }

    private func checkAgreement() {
        guard isInStep else { return }
        expect(first.context == second.context, "two members that accepted a commit have different contexts")
        expect(first.epochAuthenticator == second.epochAuthenticator, "two members have different secrets")
        expect(first.ratchetTree == second.ratchetTree, "two members have different trees")
        expect(
            first.pendingProposals.map(\.reference) == second.pendingProposals.map(\.reference),
            "two members know different proposals")
    }

    /// Processes a message, and checks what it may have changed.
    private static func process(_ message: MLSMessage, in group: inout Group, _ groups: WeakGroups) -> Answer {
        let before = group.encodedState
        let pending = group.pendingProposals.count
        let deletesKeys = group.retention != .rederivable
        do throws(MLSError) {
            switch try group.process(message, preSharedKeys: groups.crowd.preSharedKeys) {
            case .application(let application):
                expect((group.encodedState != before) == deletesKeys, "a key is kept, or deleted, that should not be")
                expect(
                    application.epoch != group.epoch || group.member(at: application.sender) != nil,
                    "a message of nobody")
                if deletesKeys { expectUsed(message, in: group, groups) }
                return .application
            case .proposal:
                expect((0...1).contains(group.pendingProposals.count - pending), "a proposal is pending twice")
                expect(group.pendingProposals.count > 0, "a proposal that was accepted is not pending")
                if deletesKeys, case .privateMessage = message { expectUsed(message, in: group, groups) }
                return .proposal
            case .commit(let staged):
                expect(group.encodedState == before, "a staged commit changed the group")
                return .commit(staged)
            }
        } catch {
            expect(group.encodedState == before, "a message that was refused changed the group")
            return .refused(error.code)
        }
    }

    /// The message's key is gone.
    private static func expectUsed(_ message: MLSMessage, in group: Group, _ groups: WeakGroups) {
        var again = group
        do throws(MLSError) {
            _ = try again.process(message, preSharedKeys: groups.crowd.preSharedKeys)
            fatalError("a message was read twice")
        } catch {
            expect(error.code == .usedKey, "a message that was read is refused for another reason")
            expect(again.encodedState == group.encodedState, "a message that was read before changed the group")
        }
    }

    private static func merge(_ staged: StagedCommit, into group: inout Group) {
        let epoch = group.epoch
        do throws(MLSError) { try group.merge(staged) } catch {
            fatalError("a staged commit cannot be merged: \(error)")
        }
        expect(group.isRemoved ? group.epoch == epoch : group.epoch == epoch + 1, "a commit led to another epoch")
        expect(group.pendingProposals.isEmpty, "a proposal outlives its epoch")
        if !group.isRemoved { checkTree(of: group) }
    }

    /// All that a joiner checks but parent hashes and signatures, which the weak suite lets anybody forge.
    private static func checkTree(of group: Group) {
        do {
            let tree = try RatchetTree(decoding: group.ratchetTree)
            try tree.checkStructure()
            try tree.checkKeys(provider: group.provider)
            try tree.checkMembers(changed: tree.leaves.map(\.index))
        } catch {
            fatalError("a commit led to a tree that no joiner accepts: \(error)")
        }
        expect(group.member(at: group.ownLeafIndex) != nil, "the own leaf is blank")
    }

    private static func reloaded(_ group: Group, _ provider: WeakProvider) -> Group {
        do {
            let stored = group.encodedState
            let loaded = try Group(decodingState: stored) { _ in provider }
            expect(loaded.encodedState == stored, "a stored group is another one than that it was made of")
            return loaded
        } catch {
            fatalError("a stored group cannot be read: \(error)")
        }
    }

    /// The first member proposes something; the second gets it.
    private mutating func propose(_ content: [UInt8]) {
        let signer = clients[Self.firstClient].signer.privateKey
        let number = content.first ?? 0
        let leaf = LeafIndex(UInt32(content.dropFirst().first ?? 0))
        let message: MLSMessage?
        switch number % 4 {
        case 0: message = try? first.proposeUpdate(framing: .publicMessage, signer: signer)
        case 1: message = try? first.proposeRemove(leaf, framing: .publicMessage, signer: signer)
        case 2: message = try? first.proposePreSharedKey(.external(id: [1]), framing: .publicMessage, signer: signer)
        default: message = try? first.proposeSelfRemove(signer: signer)
        }
        guard let message else { return }
        let accepted = try? second.process(message)
        if isInStep, accepted == nil, isActive(second) { fatalError("an honest proposal was refused") }
    }

    private func isActive(_ group: Group) -> Bool {
        !group.isRemoved && group.reInit == nil && group.epoch < .max
    }

    /// The first member commits, with what is pending; the second follows.
    private mutating func goOn(_ content: [UInt8] = []) {
        guard isActive(first) else { return }
        let flags = content.first ?? 0
        let client = clients[Self.firstClient]
        do throws(MLSError) {
            let staged = try client.stage(first) {
                $0.includesPendingProposals = flags & 1 == 0
                $0.forcesPath = flags & 2 != 0
                $0.preSharedKeys = groups.crowd.preSharedKeys
            }
            Self.merge(staged, into: &first)
            guard isInStep, isActive(second) else {
                isInStep = false
                return
            }
            guard
                case .commit(let received) = try second.process(
                    staged.message, preSharedKeys: groups.crowd.preSharedKeys)
            else { fatalError("a commit that is none") }
            Self.merge(received, into: &second)
            if second.isRemoved { isInStep = false }
        } catch {
            fatalError("a member cannot commit, or its commit is refused: \(error)")
        }
        checkAgreement()
        guard isInStep, isActive(first) else { return }
        let message = try? client.encrypt([7], in: &first)
        expect(
            message.flatMap { try? second.read($0) }?.data == [7], "one member cannot read what the other says")
        guard let message, second.retention != .rederivable else { return }
        Self.expectUsed(message, in: second, groups)
    }

    /// The first member starts the group over, if a ReInit ended it, or else founds one beside it with all members (RFC 9420
    /// §11.2, §11.3); the second one follows.
    private func foundAnother() {
        guard isInStep, !first.isRemoved, !second.isRemoved, first.epoch < .max else { return }
        let (founder, follower) = (clients[Self.firstClient], clients[Self.secondClient])
        let others = first.members.filter { ![first.ownLeafIndex, second.ownLeafIndex].contains($0.leafIndex) }
        guard let own = try? follower.keyPackage() else { fatalError("a client cannot make a KeyPackage") }
        let added = others.compactMap { member in
            try? Client(member.credential, groups.provider).keyPackage().keyPackage
        }
        let request = founder.successorRequest(adding: [own.keyPackage] + added)
        let staged =
            first.reInit == nil
            ? try? first.stageBranch(request, groupID: [9], policy: Client.policy)
            : try? first.stageReInitialized(request, policy: Client.policy, provider: groups.provider)
        // What the group requires of its members the new clients may not be able to.
        guard let staged, case .welcome(let welcome)? = staged.welcome else { return }
        do throws(MLSError) {
            let joined = try Group.join(
                welcome, keyPackage: own.keyPackage, privateKeys: own.privateKeys, continuing: second,
                settings: follower.settings, provider: groups.provider)
            expect(joined.epoch == 1 && joined.retention == second.retention, "a successor is not like its group")
            expect(
                joined.epochAuthenticator == staged.merged.epochAuthenticator
                    && joined.ratchetTree == staged.merged.ratchetTree, "two members have different successors")
        } catch {
            fatalError("a member cannot follow into the group's successor: \(error)")
        }
    }
}
