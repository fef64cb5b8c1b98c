import Synchronization

/// What a crypto provider has made of a private key, so that it need not do it again: most libraries derive the public key
/// whenever they take a private one in.
///
/// It lives as long as the key that it belongs to, and is no part of what the key is.
public final class PreparedKey: Sendable {
    private let storage = Mutex<(any Sendable)?>(nil)

    init() {}

    /// What was kept, if it is of the type that is asked for; else what `make` makes, which is kept.
    public func value<Value: Sendable, Failure: Error>(
        _ make: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        if let known = storage.withLock({ $0 as? Value }) { return known }
        let value = try make()
        storage.withLock { $0 = value }
        return value
    }
}
