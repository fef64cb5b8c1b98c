import CloudMLSClient

/// A server, as the network knows it.
enum ServerName: Hashable, CustomStringConvertible {
    case authDelivery
    case keyStore(String)
    case messenger

    var description: String {
        switch self {
        case .authDelivery: "AD"
        case .keyStore(let user): "\(user)'s key store"
        case .messenger: "messenger"
        }
    }
}

/// One call of a device to a server: a request on its way there, or an answer on its way back.
final class Exchange {
    enum Phase {
        case request
        /// The server holds its answer back until there is something to say, or until a time on the clock.
        case held(until: UInt64)
        case answer
    }

    let number: Int
    let device: SimulatedDevice
    /// Which life of the device waits for the answer.
    let life: Int
    let server: ServerName
    let what: String
    var phase = Phase.request
    /// Nobody waits for the answer any more, and the request may arrive all the same.
    var isOrphan = false

    /// Does at the server what the call asks for.
    ///
    /// - Returns: false if there is nothing to answer yet.
    let perform: @Sendable () async -> Bool
    /// What came of it, for people.
    let outcome: () -> String
    /// Ends the waiting of whoever called: with the answer, or with an error.
    let end: ((any Error)?) -> Void

    init(
        number: Int, device: SimulatedDevice, life: Int, server: ServerName, what: String,
        perform: @escaping @Sendable () async -> Bool, outcome: @escaping () -> String,
        end: @escaping ((any Error)?) -> Void
    ) {
        self.number = number
        self.device = device
        self.life = life
        self.server = server
        self.what = what
        self.perform = perform
        self.outcome = outcome
        self.end = end
    }

    /// The same request once more, of which nobody expects anything.
    func copy(number: Int) -> Exchange {
        let copy = Exchange(
            number: number, device: device, life: life, server: server, what: what, perform: perform,
            outcome: { "ignored" }, end: { _ in })
        copy.isOrphan = true
        return copy
    }
}

/// The device was switched off, or the simulation has ended: nothing that was going on has effects any more.
struct Abandoned: Error {}
