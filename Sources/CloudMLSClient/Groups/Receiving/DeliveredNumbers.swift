package import CloudMLSAPI
import KeyHierarchy

// Positions are stored and counted on from: a number that no honest server reaches must never get that far.

extension InboxPage {
    /// The page itself.
    ///
    /// - Throws: `malformedAnswer` where a number or an id is out of range.
    package func checked() throws -> Self {
        for entry in entries {
            try checkRange([entry.number])
            guard entry.groupID.map({ GroupID.sizes.contains($0.array.count) }) ?? true else {
                throw ClientError(.malformedAnswer, "The auth-delivery server sent a group id of a wrong size.")
            }
            if let log = entry.log { try log.checkNumbers() }
            if let welcome = entry.welcome {
                try checkRange([welcome.sequence, welcome.epoch, welcome.identityHistory])
            }
        }
        return self
    }
}

extension LogPage {
    /// The page itself.
    ///
    /// - Throws: `malformedAnswer` where a number is out of range.
    package func checked() throws -> Self {
        for entry in entries { try entry.checkNumbers() }
        return self
    }
}

extension LogEntry {
    fileprivate func checkNumbers() throws { try checkRange([sequence, epoch, identityHistory]) }
}

extension LogPosition {
    /// - Throws: `malformedAnswer` for a sequence that is out of range.
    func checkNumber() throws { try checkRange([sequence]) }
}

/// Numbers of the servers' are JSON numbers, like revisions.
private func checkRange(_ numbers: [UInt64]) throws {
    guard numbers.allSatisfy({ $0 <= Revision.maximum }) else {
        throw ClientError(.malformedAnswer, "The auth-delivery server sent a number that is out of range.")
    }
}
