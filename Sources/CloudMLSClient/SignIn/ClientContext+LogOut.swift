extension ClientContext {
    /// Ends the session at both servers, as far as they can be reached; one that is over already counts as done. What the
    /// device has stored of a session stays: `Authenticator.signOut()` removes that too.
    ///
    /// - Returns: why a server could not be told; its session then ends by itself within a week.
    @discardableResult
    public func logOut() async -> [ClientError] {
        let services: [any AuthenticationService] = [authDelivery, keyStore]
        var problems: [ClientError] = []
        for service in services {
            do {
                try await service.logout()
            } catch let error as ClientError {
                if error.code != .signedOut, error.code != .notSignedIn { problems.append(error) }
            } catch {
                problems.append(
                    ClientError(.notReachable, "\(service.origin) could not be told of the sign-out."))
            }
        }
        return problems
    }
}
