import CloudMLSAPI
import Crypto
import MLSCodec

/// Which files of a chat a device has seen: 16 bytes of SHA-256 of each name.
///
/// A position in time would not do: a folder is synchronised late and in any order, and clocks differ, so that a new
/// message can sort before one that was read long ago.
///
/// ```
/// struct {
///     uint8 version = 1;
///     opaque seen<V>;      // 16 bytes for each file, ascending
/// } FolderPosition;
/// ```
struct FolderPosition: MLSStruct, Hashable {
    private static let digestSize = 16
    private static let currentVersion: UInt8 = 1

    private var seen: Set<[UInt8]> = []

    init() {}

    /// What cannot be read is an empty position: the worst that follows is that messages are shown once more.
    init(_ position: PlatformPosition?) {
        guard let position, let decoded = try? Self(decoding: position.bytes) else { return }
        self = decoded
    }

    /// What is handed to the device that reads.
    var opaque: PlatformPosition { PlatformPosition(bytes: encoded) }

    func contains(_ file: String) -> Bool { seen.contains(Self.digest(file)) }

    mutating func insert(_ file: String) { seen.insert(Self.digest(file)) }

    mutating func remove(_ file: String) { seen.remove(Self.digest(file)) }

    private static func digest(_ file: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(file.utf8)).prefix(digestSize))
    }

    private var version: UInt8 { Self.currentVersion }
    private var digests: [UInt8] { seen.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 } }

    static var layout: StructLayout<Self, UInt8, [UInt8]> {
        StructLayout(\.version, \.digests) { (version, digests) throws(CodecError) in
            guard version == currentVersion, digests.count.isMultiple(of: digestSize) else {
                throw CodecError(.invalidValue, "FolderPosition")
            }
            var position = Self()
            for start in stride(from: 0, to: digests.count, by: digestSize) {
                position.seen.insert(Array(digests[start..<(start + digestSize)]))
            }
            return position
        }
    }
}
