import CloudMLSAPI
package import HTTPTypes
import KeyHierarchy

/// What a write demands of what is stored (RFC 9110 §13.1).
package enum Precondition: Hashable, Sendable {
    /// `If-None-Match: *`: there never was anything of this name.
    case unused
    /// `If-Match: "<revision>"`: this revision is the last.
    case revision(UInt64)

    /// Reads the header fields of a write: `precondition_required` where there is none, `bad_request` for other forms.
    package init(_ headers: HTTPFields) throws(APIError) {
        var (match, noneMatch): (String?, String?) = (nil, nil)
        for field in headers {
            switch field.name {
            case .ifMatch: match = match.map { "\($0), \(field.value)" } ?? field.value
            case .ifNoneMatch: noneMatch = noneMatch.map { "\($0), \(field.value)" } ?? field.value
            default: break
            }
        }
        switch (match, noneMatch) {
        case (nil, nil):
            throw APIError(
                .preconditionRequired,
                "A write needs If-Match with the revision that it replaces, or If-None-Match: * for a new name.")
        case (nil, "*"?):
            self = .unused
        case (let match?, nil):
            guard let revision = Self.revision(match), revision > 0 else {
                throw APIError(.badRequest, "If-Match takes one revision in quotes, such as \"7\".")
            }
            self = .revision(revision)
        default:
            throw APIError(.badRequest, "Give either If-Match: \"<revision>\" or If-None-Match: *.")
        }
    }

    /// - Parameter expected: a revision, or 0 for `unused`, as JSON bodies have it.
    package init(expected: UInt64) { self = expected == 0 ? .unused : .revision(expected) }

    /// The stored revision that the precondition demands; 0 where there must be none.
    package var expected: UInt64 {
        switch self {
        case .unused: 0
        case .revision(let revision): revision
        }
    }

    /// Throws `revision_conflict` unless it holds.
    /// - Parameter current: the revision that is stored, a tombstone's included; 0 where there never was one.
    package func check(current: UInt64, operation: Int? = nil) throws(APIError) {
        guard current == expected else { throw APIError.conflict(current: current, operation: operation) }
        guard expected < Revision.maximum else {
            throw APIError(.badRequest, "There is no revision after this one.")
        }
    }

    private static func revision(_ tag: String) -> UInt64? {
        guard tag.count > 2, tag.hasPrefix("\""), tag.hasSuffix("\"") else { return nil }
        let digits = tag.dropFirst().dropLast()
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !digits.hasPrefix("0") else { return nil }
        return UInt64(digits)
    }
}
