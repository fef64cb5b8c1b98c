package import MLSCodec

/// What could not be processed and never will be, with the reason: it counts as processed and blocks nothing.
package struct ParkedMessages: Hashable, Sendable, MLSStruct {
    package struct Entry: Hashable, Sendable, MLSStruct {
        package enum Kind: UInt8, Sendable, MLSCodable {
            case commit = 1
            case proposal = 2
            case welcome = 3
        }

        package var kind: Kind
        package var group: GroupID
        /// In the group's log.
        package var position: LogPosition
        /// SHA-256 of the MLSMessage, which the group's log still has for a while.
        package var hash: [UInt8]
        /// For people.
        package var reason: String
        /// Seconds since 1970.
        package var time: UInt64

        package init(
            kind: Kind, group: GroupID, position: LogPosition, hash: [UInt8], reason: String, time: UInt64
        ) {
            self.kind = kind
            self.group = group
            self.position = position
            self.hash = hash
            self.reason = reason
            self.time = time
        }

        package static var layout: StructLayout<Self, Kind, GroupID, LogPosition, [UInt8], String, UInt64> {
            StructLayout(\.kind, \.group, \.position, \.hash, \.reason, \.time) {
                Self(kind: $0, group: $1, position: $2, hash: $3, reason: $4, time: $5)
            }
        }
    }

    /// Oldest first; past `limit` the oldest go.
    package var entries: [Entry]

    package static let limit = 200

    private var version: UInt8 { 1 }

    package init(entries: [Entry] = []) { self.entries = entries }

    package static var layout: StructLayout<Self, UInt8, [Entry]> {
        StructLayout(\.version, \.entries) { (version, entries) throws(CodecError) in
            guard version == 1 else { throw CodecError(.invalidValue, "ParkedMessages.version") }
            return Self(entries: entries)
        }
    }

    /// Adds an entry, unless the same log entry was parked before.
    package mutating func park(_ entry: Entry) {
        guard
            !entries.contains(where: {
                $0.group == entry.group && $0.position == entry.position && $0.kind == entry.kind
            })
        else { return }
        entries.append(entry)
        if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
    }
}
