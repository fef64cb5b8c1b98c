import CloudMLSAPI
import ServerKit

/// Many objects at a time, checked.
enum ObjectBatch {
    /// Bytes of a blinded name.
    static let nameSize = 32

    /// The names of a read of many: `too_large` or `bad_request` where they cannot be read.
    static func names(_ request: ObjectsReadRequest, limits: KeyStoreLimits) throws(APIError) -> [[UInt8]] {
        let names = request.names.map(\.array)
        guard names.count <= limits.batchCount else { throw tooMany(limits) }
        guard names.allSatisfy({ $0.count == nameSize }) else { throw badName }
        return names
    }

    /// The writes of a batch: `too_large` or `bad_request` where they cannot be done together.
    static func writes(_ request: BatchRequest, limits: KeyStoreLimits) throws(APIError) -> [ObjectWrite] {
        let operations = request.operations
        guard !operations.isEmpty else { throw APIError(.badRequest, "A batch has at least one operation.") }
        guard operations.count <= limits.batchCount else { throw tooMany(limits) }
        guard operations.allSatisfy({ $0.name.array.count == nameSize }) else { throw badName }
        guard Set(operations.map(\.name)).count == operations.count else {
            throw APIError(.badRequest, "A batch has each name once.")
        }
        let sizes = operations.map { $0.body?.array.count ?? 0 }
        guard sizes.reduce(0, +) <= limits.batchSize else { throw APIError.bodyTooLarge(limits.batchSize) }
        if let index = sizes.firstIndex(where: { $0 > limits.objectSize }) {
            throw APIError(.tooLarge, "An object has at most \(limits.objectSize) bytes.", operation: index)
        }
        return operations.map { operation in
            ObjectWrite(
                name: operation.name.array, precondition: Precondition(expected: operation.ifRevision),
                body: operation.body?.array)
        }
    }

    private static func tooMany(_ limits: KeyStoreLimits) -> APIError {
        APIError(.tooLarge, "At most \(limits.batchCount) at a time.")
    }

    private static let badName = APIError(.badRequest, "An object's name has \(nameSize) bytes.")
}
