import MLS

extension HexBytes {
    /// A private key in the one length that the suite has for it.
    ///
    /// Some published entries write the scalars of NIST's curves as numbers, without the zeros in front that RFC 9180
    /// §7.1.2 wants; a provider takes them with these only.
    func privateKey(for provider: any CipherSuiteProvider) -> SecretBytes {
        let length: Int
        switch provider.cipherSuite {
        case .mls128DHKEMP256AES128GCMSHA256P256: length = 32
        case .mls256DHKEMP384AES256GCMSHA384P384: length = 48
        case .mls256DHKEMP521AES256GCMSHA512P521: length = 66
        default: length = bytes.count
        }
        return SecretBytes([UInt8](repeating: 0, count: max(0, length - bytes.count)) + bytes)
    }
}
