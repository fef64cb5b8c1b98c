import MLS
import MLSCodec
import MLSCrypto

/// An attacker who is a member, under a real cipher suite: what it sends is signed, encrypted and tagged as it should be, and
/// hostile in itself.
///
/// The input is a program for the attacker (`Choices`). Whatever it sends:
/// - what is refused changes nothing, and all members refuse the same commits;
/// - who accepts a commit has the secrets that the attacker computed, and a tree that any joiner accepts;
/// - all can always go on.
final class Insider: Sendable {
    static let shared: Insider = {
        do { return try Insider() } catch { fatalError("the groups to fuzz could not be made: \(error)") }
    }()

    private let provider: SeededProvider
    private let crowd: Crowd
    /// One in which all but the attacker delete their keys.
    private let deletingCrowd: Crowd
    /// Valid ones, and at the end some that are not.
    private let keyPackages: [KeyPackage]

    private init() throws {
        let provider = SeededProvider(try SwiftCryptoProvider(.mls128DHKEMX25519AES128GCMSHA256Ed25519))
        self.provider = provider
        crowd = try Crowd(provider)
        deletingCrowd = try Crowd(provider, deleting: [0, 3, 5, 6])
        var keyPackages = try (0..<4).map { try Client(0x50 + UInt8($0), provider).keyPackage().keyPackage }
        keyPackages.append(try crowd.clients[2].keyPackage().keyPackage)
        var forgetful = try Client(0x60, provider)
        forgetful.capabilities.extensions = []
        keyPackages.append(try forgetful.keyPackage().keyPackage)
        var broken = keyPackages[0]
        broken.content.initKey = broken.content.leafNode.content.encryptionKey
        keyPackages.append(broken)
        self.keyPackages = keyPackages
    }

    private static let attacker = 2

    func run(_ input: [UInt8]) {
        provider.reset(to: 1 << 32)
        var choices = Choices(input)
        // Who deletes keys refuses what others accept: a key that was used twice.
        let crowd = choices.below(2) == 0 ? crowd : deletingCrowd
        do {
            var victims = try [0, 3].map { (client: crowd.clients[$0], group: try crowd.group($0)) }
            var group = try crowd.group(Self.attacker)
            let signer = crowd.clients[Self.attacker].signer.privateKey
            for _ in 0..<choices.below(4) {
                let attacker = try AttackerState(group, signer: signer)
                let framing = framing(&choices)
                let body = FramedContent.Body.proposal(proposal(attacker, &choices))
                guard let sent = mutated(body, &choices) else { continue }
                let message = try attacker.message(sent, tag: sent.type == .commit ? [1] : nil, framing: framing)
                _ = try? group.process(message)
                let verdicts = victims.indices.map { take(message, &victims[$0].group) != nil }
                expect(Set(verdicts).count == 1, "two members do not agree about a proposal")
            }
            try commit(try AttackerState(group, signer: signer), &victims, &choices)
            try goOn(victims, preSharedKeys: crowd.preSharedKeys)
        } catch {
            // The attacker could not make what it meant to.
        }
    }

    private func framing(_ choices: inout Choices) -> HandshakeFraming {
        choices.below(2) == 0 ? .publicMessage : .privateMessage(generation: UInt32(choices.below(200)))
    }

    private func proposal(_ attacker: AttackerState, _ choices: inout Choices) -> Proposal {
        switch choices.below(12) {
        case 0, 1: return .add(keyPackages[choices.below(keyPackages.count)])
        case 2, 3: return .remove(LeafIndex(UInt32(choices.below(9))))
        case 4:
            let nonce = [UInt8](repeating: UInt8(choices.below(3)), count: 30 + choices.below(4))
            let keys: [PreSharedKeyID.Key] = [
                .external(id: [1]), .external(id: [2]),
                .resumption(usage: .application, groupID: attacker.group.groupID, epoch: attacker.group.epoch),
                .resumption(usage: .branch, groupID: attacker.group.groupID, epoch: attacker.group.epoch),
            ]
            return .preSharedKey(PreSharedKeyID(key: keys[choices.below(4)], nonce: nonce))
        case 5, 6: return .groupContextExtensions(extensions(&choices))
        case 7: return .externalInit(kemOutput: choices.bytes(32))
        case 8:
            return .reInit(
                ReInit(
                    groupID: [2], version: ProtocolVersion(rawValue: UInt16(choices.below(3))),
                    cipherSuite: provider.cipherSuite, extensions: extensions(&choices)))
        case 9: return .selfRemove
        default:
            let change = leafChange(&choices)
            let key = try? provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32)).publicKey
            let leafNode = try? attacker.leafNode { content in
                if let key { content.encryptionKey = key }
                content.source = .update
                change(&content)
            }
            return leafNode.map { .update($0) } ?? .selfRemove
        }
    }

    private func extensions(_ choices: inout Choices) -> [Extension] {
        (0..<choices.below(4)).map { _ in
            switch choices.below(6) {
            case 0: Extension(type: Client.known, data: choices.bytes(choices.below(200)))
            case 1: Extension(type: ExtensionType(rawValue: UInt16(0xf000 + choices.below(2))), data: [])
            case 2:
                .requiredCapabilities(
                    RequiredCapabilities(
                        extensionTypes: [Client.known], proposalTypes: [.selfRemove],
                        credentialTypes: [CredentialType(rawValue: UInt16(choices.below(3)))]))
            case 3: Extension(type: .requiredCapabilities, data: choices.bytes(choices.below(6)))
            case 4: .externalSenders([])
            default: Extension(type: .externalSenders, data: choices.bytes(choices.below(6)))
            }
        }
    }

    private func leafChange(_ choices: inout Choices) -> (inout LeafNode.Content) -> Void {
        let (kind, number, bytes) = (choices.below(10), choices.below(6), choices.bytes(choices.below(34)))
        let other = crowd.groups.compactMap(\.self).first?.members.map(\.leafNode) ?? []
        return { content in
            switch kind {
            case 0: content.capabilities.credentials = [CredentialType(rawValue: UInt16(number))]
            case 1: content.extensions = [Extension(type: Client.known, data: bytes)]
            case 2: content.capabilities.extensions = []
            case 3: content.capabilities.cipherSuites = []
            case 4: content.encryptionKey = HPKEPublicKey(bytes)
            case 5: if other.indices.contains(number) { content.encryptionKey = other[number].encryptionKey }
            case 6: if other.indices.contains(number) { content.signatureKey = other[number].signatureKey }
            case 7:
                content.credential = .x509(certificates: [bytes])
                content.capabilities.credentials = [.basic, .x509]
            default: break
            }
        }
    }

    /// Changes bytes of what is about to be signed; `nil` where nothing comes of it.
    private func mutated(_ body: FramedContent.Body, _ choices: inout Choices) -> FramedContent.Body? {
        guard choices.below(4) == 0 else { return body }
        return try? FramedContent.Body(decoding: choices.mutated(body.encoded))
    }

    private func commit(
        _ attacker: AttackerState, _ victims: inout [(client: Client, group: Group)], _ choices: inout Choices
    ) throws {
        var plan = AttackerState.Plan()
        plan.framing = framing(&choices)
        plan.hasPath = choices.below(8) != 0
        plan.change = leafChange(&choices)
        for _ in 0..<choices.below(5) {
            let pending = attacker.group.pendingProposals
            if !pending.isEmpty, choices.below(2) == 0 {
                let known = pending[choices.below(pending.count)]
                plan.proposals.append((.reference(known.reference), known.proposal, attacker.group.ownLeafIndex))
            } else {
                let new = proposal(attacker, &choices)
                plan.proposals.append((.proposal(new), new, attacker.group.ownLeafIndex))
            }
        }
        let secrets = choices.below(8)
        plan.lacksCommitSecret = secrets == 6
        plan.lacksPreSharedKeys = secrets == 7
        var isMutated = false
        if choices.below(3) == 0 {
            var rest = choices
            plan.mutate = { (try? Commit(decoding: rest.mutated($0.encoded))) ?? $0 }
            isMutated = true
        }
        let made = try attacker.commit(plan, preSharedKeys: crowd.preSharedKeys)
        let staged = victims.indices.map { take(made.message, &victims[$0].group) }
        for index in victims.indices {
            guard case .commit(let commit)? = staged[index] else { continue }
            guard (try? victims[index].group.merge(commit)) != nil else {
                fatalError("a staged commit cannot be merged")
            }
            let group = victims[index].group
            guard !group.isRemoved else { continue }
            expect(group.epochAuthenticator == made.authenticator, "a member has other secrets than the committer")
            var tree = try RatchetTree(decoding: group.ratchetTree)
            do throws(MLSError) { try tree.validate(in: group.context, provider: provider) } catch {
                fatalError("a commit led to a tree that no joiner accepts: \(error)")
            }
        }
        if !isMutated, !victims.contains(where: \.group.isRemoved) {
            expect(Set(staged.map { $0 != nil }).count == 1, "two members do not agree about a commit")
        }
    }

    /// What a victim made of a message; `nil` if it refused it.
    private func take(_ message: MLSMessage, _ group: inout Group) -> ProcessedMessage? {
        let before = group.encodedState
        guard let decoded = try? MLSMessage(decoding: message.encoded) else {
            fatalError("a message that does not decode")
        }
        do throws(MLSError) {
            return try group.process(decoded, preSharedKeys: crowd.preSharedKeys)
        } catch {
            expect(group.encodedState == before, "a message that was refused changed the group")
            return nil
        }
    }

    /// Each victim commits, and those in its epoch follow.
    private func goOn(_ victims: [(client: Client, group: Group)], preSharedKeys: PreSharedKeys) throws {
        for (client, group) in victims where !group.isRemoved && group.reInit == nil {
            let staged: StagedCommit
            do throws(MLSError) {
                staged = try client.stage(group) { $0.preSharedKeys = preSharedKeys }
            } catch {
                fatalError("a member cannot commit: \(error)")
            }
            for (_, other) in victims
            where other.ownLeafIndex != group.ownLeafIndex && !other.isRemoved
                && other.epochAuthenticator == group.epochAuthenticator
            {
                var other = other
                do throws(MLSError) {
                    _ = try other.process(staged.message, preSharedKeys: preSharedKeys)
                } catch {
                    fatalError("an honest commit is refused: \(error)")
                }
            }
        }
    }
}
