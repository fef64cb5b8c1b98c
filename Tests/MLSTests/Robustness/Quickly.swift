import Testing

/// Far more than it takes on a slow machine, and far less than what is out of proportion.
///
/// - Parameter signatures: how many are made or checked, beside the rest.
func quickly(
    _ what: String, signatures: Int = 0, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws {
    #if DEBUG
        let limit = Duration.seconds(60)
    #else
        let limit = Duration.seconds(10)
    #endif
    // A signature takes a tenth of a millisecond where nothing else runs.
    let allowed = limit + .milliseconds(2 * signatures)
    let time = try ContinuousClock().measure(body)
    #expect(time < allowed, "\(what) took \(time)", sourceLocation: sourceLocation)
}
