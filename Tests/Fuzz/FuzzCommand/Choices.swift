/// An input as a list of decisions. When it is used up, all are the first.
struct Choices {
    private let bytes: [UInt8]
    private var next = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private mutating func byte() -> UInt8 {
        guard next < bytes.count else { return 0 }
        defer { next += 1 }
        return bytes[next]
    }

    /// A number from 0 to `limit` - 1, which is at most 255.
    mutating func below(_ limit: Int) -> Int { limit > 0 ? Int(byte()) % limit : 0 }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }

    /// One to four changes of bytes, at places and to values that the input says.
    mutating func mutated(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0...below(4) where !bytes.isEmpty {
            let place = (below(256) * 256 + below(256)) % bytes.count
            switch below(4) {
            case 0: bytes.insert(UInt8(below(256)), at: place)
            case 1: bytes.remove(at: place)
            default: bytes[place] = UInt8(below(256))
            }
        }
        return bytes
    }
}
