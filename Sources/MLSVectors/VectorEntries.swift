import Dispatch
import Foundation
import MLS
import MLSCrypto

/// Verifies every entry of a file, so many of them at once.
func verifyAll<Entry: Vector>(
    _ type: Entry.Type, in data: Data, atOnce width: Int, progress: (_ done: Int, _ total: Int) -> Void
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
    for start in stride(from: 0, to: entries.count, by: max(1, width)) {
        let group = entries[start..<min(start + max(1, width), entries.count)]
        for (index, outcome) in zip(group.indices, outcomes(of: group)) {
            switch outcome {
            case .passed: result.passed += 1
            case .failed(let suite, let reason):
                result.failures.append(.init(entry: index, suite: suite, reason: reason))
            case .skipped(let suite, let reason):
                result.skips.append(.init(entry: index, suite: suite, reason: reason))
            }
        }
        progress(group.endIndex, entries.count)
    }
    return result
}

/// Of all of these entries, in their order, found at once.
private func outcomes<Entry: Vector>(of entries: ArraySlice<ReadEntry<Entry>>) -> [Outcome] {
    guard entries.count > 1 else { return entries.map(\.outcome) }
    let results = UnsafeMutableBufferPointer<Outcome>.allocate(capacity: entries.count)
    results.initialize(repeating: .failed(suite: nil, "it was not verified"))
    defer {
        results.deinitialize()
        results.deallocate()
    }
    // Each place is written by one call alone, and read when all calls are over.
    nonisolated(unsafe) let places = results
    DispatchQueue.concurrentPerform(iterations: entries.count) { place in
        places[place] = entries[entries.startIndex + place].outcome
    }
    return Array(results)
}

private enum Outcome: Sendable {
    case passed
    case failed(suite: UInt16?, String)
    case skipped(suite: UInt16?, String)
}

/// An entry, or why it is none: what is wrong with one says nothing about the others.
private struct ReadEntry<Entry: Vector>: Decodable, Sendable {
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
