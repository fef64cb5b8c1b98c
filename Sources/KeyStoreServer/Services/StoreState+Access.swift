import CloudMLSAPI
import ServerKit

extension StoreState {
    /// Whether objects, keyring and slots can be read.
    func checkReadable() throws(APIError) {
        switch self {
        case .active, .moving: break
        case .moved: throw APIError.storeMoved
        case .receiving: throw APIError.storeReceiving
        }
    }

    /// Whether objects, keyring and slots can be written.
    func checkWritable() throws(APIError) {
        switch self {
        case .active: break
        case .moving:
            throw APIError(
                .storeMoving, "The store is being moved to another key store: nothing can be written meanwhile.")
        case .moved: throw APIError.storeMoved
        case .receiving: throw APIError.storeReceiving
        }
    }
}

extension APIError {
    static let storeMoved = APIError(.storeMoved, "The store has moved to another key store.")
    static let storeReceiving = APIError(
        .storeReceiving, "The store is being copied here: it can be used when that is done.")

    static func moveConflict(_ reason: String) -> Self { APIError(.moveConflict, reason) }
}
