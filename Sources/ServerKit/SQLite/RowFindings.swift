/// What a look at every row of a database found.
package struct RowFindings: Sendable {
    /// How many rows there are of each kind, in the order in which they were looked at.
    package private(set) var counts: [(what: String, count: Int)] = []
    /// Rows that no server of ours would have written, in words without names or contents. The first few.
    package private(set) var faults: [String] = []
    package private(set) var faultCount = 0
    /// Rows that a client may have written, but that this version cannot read: counted, not held against the database.
    package private(set) var unknownForms: [String: Int] = [:]

    private static let shownFaults = 10

    package init() {}

    package mutating func count(_ what: String, _ count: Int) { counts.append((what, count)) }

    /// Notes a fault where `isGood` is false.
    package mutating func expect(_ isGood: Bool, _ fault: @autoclosure () -> String) {
        guard !isGood else { return }
        faultCount += 1
        if faults.count < Self.shownFaults { faults.append(fault()) }
    }

    package mutating func noteUnknownForm(of what: String) { unknownForms[what, default: 0] += 1 }
}
