import Foundation
import MLS
import MLSCodec

/// What the fuzzer begins with: honest messages, trees and states, and all that the working group's test vectors have of
/// them. `write` makes a folder for each target.
struct Seeds {
    private var inputs: [FuzzTarget: Set<[UInt8]>] = [:]

    /// - Parameter vectors: the folder of the test vectors, if there is one.
    init(vectors: URL?) throws {
        addHonest()
        for text in try vectors.map(Self.hexStrings) ?? [] { add(text) }
    }

    func write(to folder: URL) throws {
        for target in FuzzTarget.allCases {
            let place = folder.appending(path: target.rawValue)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            for (number, input) in (inputs[target] ?? []).enumerated() {
                try Data(input).write(to: place.appending(path: "seed-\(number)"))
            }
            print("\(target.rawValue): \(inputs[target]?.count ?? 0) seeds")
        }
    }

    /// Longer ones slow the fuzzer down, and say nothing new.
    private static let longest = 16_000

    private mutating func insert(_ input: [UInt8], _ target: FuzzTarget) {
        if input.count <= Self.longest { inputs[target, default: []].insert(input) }
    }

    /// Steps of a stream to two members, who delete their keys or do not.
    private mutating func insertStream(_ steps: [UInt8]) {
        insert([0] + steps, .member)
        insert([1] + steps, .member)
    }

    /// A byte string of a test vector, wherever it decodes.
    private mutating func add(_ bytes: [UInt8]) {
        if (try? MLSMessage(decoding: bytes)) != nil { insert(bytes, .messages) }
        if (try? RatchetTree(decoding: bytes)) != nil { insert(bytes, .tree) }
        // Short strings are keys and hashes, which some structures take for one of theirs.
        guard bytes.count > 40 else { return }
        for (number, decodes) in Decoding.types.enumerated() where decodes(bytes) {
            insert([UInt8(number)] + bytes, .structures)
        }
    }

    private mutating func addHonest() {
        let groups = WeakGroups.shared
        for message in groups.messages + [.groupInfo(groups.groupInfo), .keyPackage(groups.joinerKeys.keyPackage)] {
            insert(message.encoded, .messages)
            if case .publicMessage(let message) = message {
                insert([UInt8(Self.framedContent)] + message.content.encoded, .structures)
            }
            insertStream(Self.step(1, message.encoded))
            insertStream(Self.step(0, message.encoded) + Self.step(8, [0]) + Self.step(7, []))
        }
        let parts = groups.messages.prefix(6).flatMap { Self.step(1, $0.encoded) }
        insertStream(
            parts + Self.step(1, groups.messages.first { $0.header?.contentType == .commit }?.encoded ?? []))
        if let epochs = try? Self.epochs() { insertStream(epochs) }
        for choice: UInt8 in 0..<8 { insertStream(Self.step(5, [choice, choice]) + Self.step(8, [choice])) }
        // What was said in an epoch arrives before and after it ends, and in another order.
        let said = groups.messages.filter { $0.header?.contentType == .application }.map { Self.step(1, $0.encoded) }
        insertStream(said.reversed().flatMap(\.self) + Self.step(7, []) + said.flatMap(\.self))
        insertStream((said.last ?? []) + Self.step(8, [0]) + said.flatMap(\.self) + Self.step(8, [0]))
        for message in groups.messages where message.header?.contentType == .commit {
            insertStream(Self.step(1, message.encoded) + said.flatMap(\.self) + Self.step(6, []))
        }

        for deletes: UInt8 in 0...1 {
            insert([deletes, 0, 0] + groups.welcome, .joiner)
            insert([2 | deletes, 0, 0] + groups.branchWelcome, .joiner)
            insert([4 | deletes, 0, 0] + groups.successorWelcome, .joiner)
            for (kind, welcome) in zip([2, 4] as [UInt8], groups.forgedWelcomes) {
                insert([kind | deletes, 0, 0] + welcome, .joiner)
            }
        }
        for kind: UInt8 in [0, 1, 3, 0x40, 0x80] {
            insert([kind, 0, 0] + MLSMessage.groupInfo(groups.groupInfo).encoded, .joiner)
        }
        let crowds = groups.crowd.groups.compactMap(\.self) + groups.deletingCrowd.groups.compactMap(\.self)
        for group in crowds + [groups.ended] {
            insert(group.ratchetTree, .tree)
            insert([0] + group.encodedState, .stored)
            insert([1] + group.epochRecord.encoded, .stored)
            var roster = Roster()
            roster.record(group)
            insert([2] + roster.encoded, .stored)
            var receiver = group
            for message in groups.messages { _ = try? receiver.process(message) }
            insert([0] + Self.following(receiver).encodedState, .stored)
            insert([0] + receiver.encodedState, .stored)
            insert([5] + group.pagedHead, .stored)
            insert([5] + receiver.pagedHead, .stored)
            for proposal in receiver.pendingProposals { insert([3] + proposal.encoded, .stored) }
        }
        insert([4] + groups.joinerKeys.privateKeys.encoded, .stored)
        // Programs for the attacker: each sort of proposal, alone and in a commit.
        for sort: UInt8 in 0..<12 {
            for deletes: UInt8 in 0...1 {
                insert([deletes, 1, 0, sort, 1, 1, 0, 1, 0, 1, 9, 0, 0, 1, 0], .insider)
                insert([deletes, 0, 0, 1, 9, 0, 0, 1, sort, 1, 1, 0, 1, 1], .insider)
            }
        }
    }

    /// The group an epoch later, which may still read in the one before.
    private static func following(_ group: Group) -> Group {
        var group = group
        for message in WeakGroups.shared.messages where message.header?.contentType == .commit {
            guard case .commit(let staged) = try? group.process(message) else { continue }
            try? group.merge(staged)
        }
        return group
    }

    /// What one member sends in several epochs, a proposal and a commit in each.
    private static func epochs() throws -> [UInt8] {
        let groups = WeakGroups.shared
        let client = groups.crowd.clients[2]
        var group = try groups.crowd.group(2)
        var input: [UInt8] = []
        for round: UInt8 in 0..<6 {
            let framing = round % 2 == 0 ? HandshakeFraming.publicMessage : .privateMessage(generation: 0)
            let proposal = try group.proposeExtensions(
                [Extension(type: Client.known, data: [round])], framing: framing, signer: client.signer.privateKey)
            let added = try Client(0x70 + round, groups.provider).keyPackage().keyPackage
            let staged = try client.stage(group) {
                if round % 2 == 0 {
                    $0.adding = [added]
                } else {
                    $0.removing = [group.members.last?.leafIndex ?? LeafIndex(5)]
                }
                $0.forcesPath = round % 3 == 0
            }
            try group.merge(staged)
            input += step(1, proposal.encoded) + step(1, staged.message.encoded)
        }
        return input
    }

    private static let framedContent = 15

    private static func step(_ step: UInt8, _ content: [UInt8]) -> [UInt8] {
        [step, UInt8(content.count >> 8), UInt8(content.count & 0xff)] + content
    }

    /// All strings of the folder's JSON files that are bytes in hexadecimal.
    private static func hexStrings(in folder: URL) throws -> [[UInt8]] {
        var found: Set<[UInt8]> = []
        func collect(_ value: Any) {
            if let text = value as? String {
                if let bytes = bytes(text) { found.insert(bytes) }
            } else if let list = value as? [Any] {
                list.forEach(collect)
            } else if let object = value as? [String: Any] {
                object.values.forEach(collect)
            }
        }
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where file.pathExtension == "json" {
            collect(try JSONSerialization.jsonObject(with: Data(contentsOf: file)))
        }
        return Array(found)
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count >= 2, digits.count % 2 == 0, digits.count <= 2 * longest else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }
}
