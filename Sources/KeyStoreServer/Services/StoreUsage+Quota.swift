import CloudMLSAPI
import ServerKit

extension StoreUsage {
    /// `quota_exceeded` where it is more than a user may have. A user over the quota, which may have been lowered, can still
    /// write what does not make it worse.
    func check(_ limits: KeyStoreLimits) throws(APIError) {
        guard bytes <= max(limits.userBytes, before.bytes), objects <= max(limits.userObjects, before.objects) else {
            throw APIError(.quotaExceeded, "The quota is used up: delete something first.")
        }
    }
}
