extension CipherSuiteProvider {
    /// Fresh random bytes, exactly so many.
    ///
    /// A provider that gives more or fewer has a mistake, and a key or nonce that is made of them would be weaker than it
    /// looks: the program stops.
    func fresh(_ count: Int) -> SecretBytes {
        let bytes = random(count)
        precondition(
            bytes.count == count, "a provider gave \(bytes.count) random bytes where \(count) were asked for")
        return bytes
    }
}
