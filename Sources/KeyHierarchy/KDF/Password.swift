import Foundation

/// A password as the KDF sees it: UTF-8 of the text in Unicode Normalization Form C.
///
/// Keyboards and systems write one letter in more than one way (`é` as one scalar or as two); normalising makes the
/// password the same on all of them, as RFC 8265 §4.2.2 asks. Nothing else is changed: no trimming, no case mapping.
public struct Password: Sendable, Equatable, SecretMaterial, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The longest password, in bytes of UTF-8.
    public static let maximumByteCount = 1024

    let storage: SecretStorage

    /// - Throws: `.invalidPassword` if it is empty or longer than `maximumByteCount`.
    public init(_ text: String) throws(KeyHierarchyError) {
        guard text.utf8.count <= 4 * Self.maximumByteCount else {
            throw KeyHierarchyError(.invalidPassword, "too long")
        }
        let bytes = Array(text.precomposedStringWithCanonicalMapping.utf8)
        guard !bytes.isEmpty else { throw KeyHierarchyError(.invalidPassword, "empty") }
        guard bytes.count <= Self.maximumByteCount else { throw KeyHierarchyError(.invalidPassword, "too long") }
        storage = SecretStorage(bytes)
    }

    /// Constant-time for equal lengths.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.storage.isEqual(to: rhs.storage) }

    public var description: String { "<password>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
