import CloudMLSAPI

extension SyncReport {
    /// What the user has to know of, one sentence each, in no more than a line: changed identity keys, messages that could
    /// not be processed, groups that were replaced, chats with several groups. They hold names that others chose.
    public var warnings: [String] {
        identityChanges.map { change in
            """
            the key of \(change.account) changed on \(UTCTime(change.seen).date); ask them over another way whether they \
            changed it: if not, somebody else may read and write in their name.
            """
        }
            + parked.map { parked in
                """
                something that arrived in group \(parked.group.short) on \(UTCTime(parked.time).date) could not be processed: \
                \(parked.reason)
                """
            }
            + replaced.map { group in
                """
                group \(group.short) can only be read from now on: another one was made for the same chat at the same \
                moment, and takes its place.
                """
            }
            + undecidedChats.map { chat in
                """
                there are several groups for the chat "\(chat)"; agree with the others which one to use, and name it by \
                its id.
                """
            }
            + healed.map { group in
                """
                the key store had an older state of group \(group.short) than this user has seen: a backup was restored, \
                or somebody put an old copy in its place. No key was used twice; the group goes on with new ones.
                """
            }
            + waiting.map { group in
                """
                group \(group.short) can only be read for now: the key store has lost a change that this user made to it. \
                Another member's program adds the account again when it synchronises; what is sent until then cannot be \
                read here.
                """
            }
            + (renewalProblem.map { ["KeyPackages could not be renewed, which is tried again: \($0.message)"] } ?? [])
    }
}

extension GroupID {
    /// Enough to find it in a list.
    fileprivate var short: String { "\(hex.prefix(16))…" }
}
