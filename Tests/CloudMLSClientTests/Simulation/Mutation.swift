/// An ordering of docs/consistency.md, "The orderings", that a simulation breaks on purpose, to see that it is found.
///
/// The client's own code stays as it is: what stands between it and the simulated servers does things in another order, or
/// leaves something out.
enum Mutation: String, CaseIterable, Sendable {
    /// The private parts of KeyPackages are written after the public ones were published.
    case publishBeforeStoring
    /// The intent is written after the commit was posted.
    case postBeforeIntent
    /// The anchor is raised after what it guards was used.
    case useBeforeAnchor
    /// The inbox is acknowledged as soon as it was fetched.
    case acknowledgeBeforeHead
    /// Generations and anchors are written without a look at what is there.
    case reserveWithoutCompareAndSwap
    /// The private part of a KeyPackage goes in a batch of its own, before the one that joins.
    case dropBeforeJoin
    /// An epoch's record is written after the head that enters the epoch.
    case headBeforeEpochRecord
    /// A commit that was refused is given up without the server's word that it never will be accepted.
    case discardWithoutVoid

    /// The ordering, in short, that it breaks.
    var ordering: String {
        switch self {
        case .publishBeforeStoring: "private parts into the key store as pending, publish"
        case .postBeforeIntent: "write the intent; post"
        case .useBeforeAnchor: "key store write, anchor swap, then use"
        case .acknowledgeBeforeHead: "write head in one batch; acknowledge"
        case .reserveWithoutCompareAndSwap: "reserve ratchet generations by compare-and-swap"
        case .dropBeforeJoin: "a private part is deleted only in the batch that joins its group"
        case .headBeforeEpochRecord: "write head n, epoch record n, roster change and position in one batch"
        case .discardWithoutVoid: "discarded only on proof, or after AD voided it"
        }
    }
}
