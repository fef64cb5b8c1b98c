extension StorePath {
    /// `WaysInList`.
    package static let waysIn = "ways-in"
}
