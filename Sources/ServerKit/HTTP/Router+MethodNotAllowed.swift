import CloudMLSAPI
import HTTPTypes
import Hummingbird

extension Router<OpenContext> {
    /// Answers every known route with 405 and `Allow` (RFC 9110 §15.5.6) for the methods that it does not take. To be
    /// called once, when all routes are there.
    func refuseOtherMethods() {
        let methods: [HTTPRequest.Method] =
            [.get, .head, .post, .put, .patch, .delete, .options, .trace]
            // Newer than the list that the library has names for.
            + ["QUERY"].compactMap { HTTPRequest.Method($0) }
        let taken = Dictionary(grouping: routes, by: { $0.path.description })
        for (_, descriptions) in taken {
            guard let path = descriptions.first?.path else { continue }
            let allowed = descriptions.map(\.method)
            let allow = allowed.map(\.rawValue).sorted().joined(separator: ", ")
            for method in methods where !allowed.contains(method) {
                on(path, method: method) { _, _ -> Response in
                    throw APIError(
                        .methodNotAllowed, "This route takes \(allow) only.", headers: [.allow: allow])
                }
            }
        }
    }
}
