import MLS
import MLSCodec

/// Two members of one group that get the same stream, which an attacker writes who can forge everything.
///
/// An input is a sequence of `uint8 step; opaque content<2 bytes of length>`. Whatever is in it:
/// - what is refused changes nothing;
/// - two members that accept the same commit are in the same epoch with the same secrets;
/// - the tree stays one that joiners accept, and the stored form gives the same group again;
/// - both can always go on: no proposal keeps a member from committing.
struct MemberStream {
    private let groups = WeakGroups.shared
    private var first: Group
    private var second: Group
    /// Whether both have accepted the same commits. Who forges can tell two members different things.
    private var isInStep = true

    private static let firstClient = 0
    private static let secondClient = 3

    static func run(_ input: [UInt8]) {
        do {
            var stream = try MemberStream()
            var reader = MLSReader(input)
            var steps = 0
            while steps < 40, let step = try? reader.readInteger(UInt8.self),
                let length = try? reader.readInteger(UInt16.self)
            {
                let content = (try? reader.readRaw(min(Int(length), reader.remaining))) ?? []
                stream.take(step, content)
                steps += 1
            }
            stream.goOn()
        } catch {
            fatalError("the groups to fuzz could not be made: \(error)")
        }
    }

    private init() throws {
        groups.provider.reset(to: 1 << 32)
        first = try groups.crowd.group(Self.firstClient)
        second = try groups.crowd.group(Self.secondClient)
    }

    private mutating func take(_ step: UInt8, _ content: [UInt8]) {
        switch step % 8 {
        case 0...4:
            guard let message = try? MLSMessage(decoding: content) else { return }
            receive(message, merging: step % 8 != 0)
        case 5: propose(content)
        case 6:
            first = Self.reloaded(first, groups.provider)
            second = Self.reloaded(second, groups.provider)
        default: goOn(content)
        }
    }

    private mutating func receive(_ message: MLSMessage, merging isMerging: Bool) {
        let one = Self.process(message, in: &first, groups)
        let other = Self.process(message, in: &second, groups)
        guard isMerging else { return }
        if let one { Self.merge(one, into: &first) }
        if let other { Self.merge(other, into: &second) }
        guard one != nil || other != nil else { return }
        if one == nil || other == nil || first.isRemoved || second.isRemoved { isInStep = false }
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
    private static func process(_ message: MLSMessage, in group: inout Group, _ groups: WeakGroups) -> StagedCommit? {
        let before = group.encodedState
        let pending = group.pendingProposals.count
        do throws(MLSError) {
            switch try group.process(message, preSharedKeys: groups.crowd.preSharedKeys) {
            case .application(let application):
                expect(group.encodedState == before, "an application message changed the group")
                expect(group.member(at: application.sender) != nil, "a message of nobody")
            case .proposal:
                expect((0...1).contains(group.pendingProposals.count - pending), "a proposal is pending twice")
                expect(group.pendingProposals.count > 0, "a proposal that was accepted is not pending")
            case .commit(let staged):
                expect(group.encodedState == before, "a staged commit changed the group")
                return staged
            }
        } catch {
            expect(group.encodedState == before, "a message that was refused changed the group")
        }
        return nil
    }

    private static func merge(_ staged: StagedCommit, into group: inout Group) {
        let epoch = group.epoch
        do throws(MLSError) { try group.merge(staged) } catch {
            fatalError("a staged commit cannot be merged: \(error)")
        }
        expect(group.isRemoved ? group.epoch == epoch : group.epoch == epoch + 1, "a commit led to another epoch")
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
        let signer = groups.crowd.clients[Self.firstClient].signer.privateKey
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
        let client = groups.crowd.clients[Self.firstClient]
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
        let message = try? first.encrypt([7], generation: 0, signer: client.signer.privateKey)
        expect(
            message.flatMap { try? second.decrypt($0) }?.data == [7], "one member cannot read what the other says")
    }
}
