import Foundation
import MLS
import MLSCrypto

/// Verifies every entry of a file.
func verifyAll<Entry: Vector>(
    _ type: Entry.Type, in data: Data, progress: (_ done: Int, _ total: Int) -> Void
) throws(VectorFileError) -> VectorResult {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let entries: [ReadEntry<Entry>]
    do { entries = try decoder.decode([ReadEntry<Entry>].self, from: data) } catch let error as DecodingError {
        throw VectorFileError("it is no list of entries in JSON: \(error.explanation)")
    } catch {
        throw VectorFileError("it is no list of entries in JSON: \(error)")
    }
    guard !entries.isEmpty else { throw VectorFileError("it has no entries") }

    var result = VectorResult()
    for (index, entry) in entries.enumerated() {
        switch entry.outcome {
        case .passed: result.passed += 1
        case .failed(let suite, let reason): result.failures.append(.init(entry: index, suite: suite, reason: reason))
        case .skipped(let suite, let reason): result.skips.append(.init(entry: index, suite: suite, reason: reason))
        }
        progress(index + 1, entries.count)
    }
    return result
}

private enum Outcome {
    case passed
    case failed(suite: UInt16?, String)
    case skipped(suite: UInt16?, String)
}

/// An entry, or why it is none: what is wrong with one says nothing about the others.
private struct ReadEntry<Entry: Vector>: Decodable {
    private let entry: Result<Entry, any Error>

    init(from decoder: any Decoder) {
        entry = Result { try Entry(from: decoder) }
    }

    var outcome: Outcome {
        let vector: Entry
        do { vector = try entry.get() } catch let error as DecodingError {
            return .failed(suite: nil, error.explanation)
        } catch {
            return .failed(suite: nil, "\(error)")
        }
        do {
            try vector.verify(
                CipherSuiteProviders.provider(for: vector.suite.map(CipherSuite.init) ?? Self.anySuite))
            return .passed
        } catch let error as CryptoError where error.code == .unsupportedCipherSuite {
            return .skipped(suite: vector.suite, error.description)
        } catch let error as MLSError where error.code == .unsupported {
            return .skipped(suite: vector.suite, error.description)
        } catch {
            return .failed(suite: vector.suite, "\(error)")
        }
    }

    /// For forms that name none: their entries are the same in all.
    private static var anySuite: CipherSuite { .mls128DHKEMX25519AES128GCMSHA256Ed25519 }
}
