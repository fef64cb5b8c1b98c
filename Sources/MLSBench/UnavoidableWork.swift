/// How many primitives something cannot do without.
package struct UnavoidableWork: Sendable {
    package var keyGenerations = 0
    package var signatures = 0
    package var verifications = 0
    package var seals = 0
    package var opens = 0
    package var aeads = 0
    package var expansions = 0
    /// HMAC and HKDF-Extract.
    package var macs = 0
    package var hashes = 0
    /// Beyond the few hundred of each primitive.
    package var aeadBytes = 0
    package var hashBytes = 0
    package var signatureBytes = 0

    /// In seconds.
    package func cost(_ primitives: Primitives) -> Double {
        var cost = Double(keyGenerations) * primitives.keyGeneration + Double(signatures) * primitives.sign
        cost += Double(verifications) * primitives.verify + Double(seals) * primitives.hpkeSeal
        cost += Double(opens) * primitives.hpkeOpen + Double(aeads) * primitives.aead
        cost += Double(expansions) * primitives.expand + Double(macs) * primitives.mac
        cost += Double(hashes) * primitives.hash + Double(aeadBytes) * primitives.aeadByte
        return cost + Double(hashBytes) * primitives.hashByte + Double(signatureBytes) * primitives.signatureByte
    }

    package static func + (lhs: Self, rhs: Self) -> Self {
        var sum = lhs
        sum.keyGenerations += rhs.keyGenerations
        sum.signatures += rhs.signatures
        sum.verifications += rhs.verifications
        sum.seals += rhs.seals
        sum.opens += rhs.opens
        sum.aeads += rhs.aeads
        sum.expansions += rhs.expansions
        sum.macs += rhs.macs
        sum.hashes += rhs.hashes
        sum.aeadBytes += rhs.aeadBytes
        sum.hashBytes += rhs.hashBytes
        sum.signatureBytes += rhs.signatureBytes
        return sum
    }
}

extension UnavoidableWork {
    /// How long the long things are that are signed, hashed and encrypted.
    package struct Lengths: Sendable {
        package var members: Int
        /// Of the commit, in bytes; 0 where there is none.
        package var commit = 0
        /// Of the Welcome's GroupInfo, in bytes; 0 where there is none.
        package var groupInfo = 0

        package init(members: Int, commit: Int = 0, groupInfo: Int = 0) {
            self.members = members
            self.commit = commit
            self.groupInfo = groupInfo
        }

        /// Levels of the tree above the leaves.
        fileprivate var levels: Int { members > 1 ? Int.bitWidth - (members - 1).leadingZeroBitCount : 0 }
    }

    /// What nobody can do without, by RFC 9420.
    ///
    /// The committer is the last leaf, the receiver the first one or, in a cold group, the other way round: they meet at
    /// the root. All messages are PrivateMessages.
    package init(_ kind: GroupReport.Kind, _ lengths: Lengths) {
        let others = lengths.members - 1
        let levels = lengths.levels
        // All leaves and all nodes above them (§7.8).
        let wholeTree = Self(hashes: 2 << levels)
        switch kind {
        case .create:
            // Of each: the KeyPackage's and the leaf's signature (§10.1, §7.3), its name and its GroupSecrets (§12.4.3.1).
            // Own: the leaf's signature, the commit's and the GroupInfo's; the sender's ratchet begins at the root.
            self =
                Self(
                    keyGenerations: 1, signatures: 3, verifications: 2 * others, seals: others, expansions: 9 + 3,
                    macs: 1, hashes: others + 1, aeadBytes: lengths.groupInfo, hashBytes: lengths.groupInfo,
                    signatureBytes: 2 * lengths.groupInfo) + .schedule + wholeTree
                + .framing(lengths.commit, treeLevels: 0, passes: 2)
        case .join:
            // Every leaf's signature, and the GroupInfo's (§12.4.3.1).
            self =
                Self(
                    verifications: others + 2, opens: 1, aeads: 1, expansions: 3, macs: 1, hashes: 1,
                    aeadBytes: lengths.groupInfo, hashBytes: lengths.groupInfo, signatureBytes: lengths.groupInfo)
                + .schedule + wholeTree
        case .commitCold, .commitWarm:
            // The path has a node for each level above the leaf (§7.5), which needs two secrets and a key pair (§7.4), a
            // parent hash (§7.9) and a tree hash.
            self =
                Self(
                    keyGenerations: 1 + levels, signatures: 2, seals: kind == .commitCold ? others : levels,
                    expansions: 3 * levels, macs: levels, hashes: 2 * levels + 1) + .schedule
                + .framing(lengths.commit, treeLevels: levels, passes: 2)
        case .processCold, .processWarm:
            // The message's and the new leaf's signature; one path secret, whose node's public key is compared.
            self =
                Self(keyGenerations: 1, verifications: 2, opens: 1, expansions: 3, macs: 1, hashes: 2 * levels + 1)
                + .schedule + .framing(lengths.commit, treeLevels: levels, passes: 1)
        case .encrypt:
            // Key and nonce of sender data and of the content, and one step of the ratchet (§6.3, §9.1).
            self = Self(signatures: 1, aeads: 2, expansions: 5)
        case .decrypt:
            self = Self(verifications: 1, aeads: 2, expansions: 5)
        }
    }

    /// Of the key schedule (§8): joiner_secret, epoch_secret, and nine secrets from that; two steps of HKDF-Extract and
    /// the confirmation tag; the transcript's two hashes (§8.2).
    private static let schedule = Self(expansions: 11, macs: 3, hashes: 2)

    /// A commit in a PrivateMessage (§6.3): the way to the sender's ratchet (§9), its first key, and that of the sender
    /// data. What is long in it is encrypted, signed and taken into the transcript.
    ///
    /// - Parameter passes: how often the signature hashes it: Ed25519 twice to sign, once to verify.
    private static func framing(_ bytes: Int, treeLevels: Int, passes: Int) -> Self {
        Self(
            aeads: 2, expansions: treeLevels + 1 + 4, aeadBytes: bytes, hashBytes: bytes,
            signatureBytes: passes * bytes)
    }
}
