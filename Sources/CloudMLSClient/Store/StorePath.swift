/// Where things stand in the key store: the rooms that store something add their paths. The names on the wire are blinded;
/// these never leave the client.
package enum StorePath {
    /// `StoreIndex`.
    package static let index = "index"
}
