import Crypto
import Foundation

/// The code that a user keeps on paper and that opens everything when the password is lost: 160 random bits.
///
/// Text form: 36 symbols of Crockford's base 32 in groups of four, separated by hyphens: one symbol for the version
/// (`1`), 32 for the code, 3 for a checksum. Reading ignores case, white space, hyphens and line breaks, and takes
/// `O` for `0`, `I` and `L` for `1`.
public struct RecoveryCode: Sendable, Equatable, SecretMaterial, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    static let byteCount = 20
    private static let version: UInt8 = 1
    private static let checksumSymbols = 3

    let storage: SecretStorage

    /// A fresh code.
    public static func random() -> Self { Self(checked: SymmetricKey(size: .init(bitCount: 8 * byteCount)).bytes) }

    /// `nil` unless there are 20 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(checked: bytes)
    }

    private init(checked bytes: [UInt8]) { storage = SecretStorage(bytes) }

    /// Reads what a person typed.
    ///
    /// - Throws: `.invalidRecoveryCode` for a wrong length, symbol, version or checksum.
    public init(text: String) throws(KeyHierarchyError) {
        guard text.utf8.count <= 1024 else { throw KeyHierarchyError(.invalidRecoveryCode, "too long") }
        var symbols: [UInt8] = []
        for character in text where !character.isWhitespace && character != "-" {
            guard let value = Base32.value(character) else { throw KeyHierarchyError(.invalidRecoveryCode, "symbol") }
            symbols.append(value)
        }
        let codeSymbols = Self.byteCount * 8 / 5
        guard symbols.count == 1 + codeSymbols + Self.checksumSymbols else {
            throw KeyHierarchyError(.invalidRecoveryCode, "expected \(1 + codeSymbols + Self.checksumSymbols) symbols")
        }
        guard symbols[0] == Self.version else { throw KeyHierarchyError(.invalidRecoveryCode, "version") }
        let bytes = Base32.join(Array(symbols[1...codeSymbols]))
        guard Array(symbols.suffix(Self.checksumSymbols)) == Self.checksum(bytes) else {
            throw KeyHierarchyError(.invalidRecoveryCode, "checksum")
        }
        self.init(checked: bytes)
    }

    /// The text to print, once. It is the secret.
    public var text: String {
        let bytes = storage.bytes
        let symbols = ([Self.version] + Base32.split(bytes) + Self.checksum(bytes)).map { Base32.symbol($0) }
        return stride(from: 0, to: symbols.count, by: 4)
            .map { String(symbols[$0..<min($0 + 4, symbols.count)]) }
            .joined(separator: "-")
    }

    /// The first 15 bits of SHA-256 over the labelled version and code.
    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        let digest = SHA256.hash(data: Label.recoveryCode.framing([version], bytes))
        return Array(Base32.split(Array(digest.prefix(5))).prefix(checksumSymbols))
    }

    /// Constant-time.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.storage.isEqual(to: rhs.storage) }

    public var description: String { "<recovery code>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension SymmetricKey {
    fileprivate var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}
