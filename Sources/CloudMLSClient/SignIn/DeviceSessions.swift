import CloudMLSAPI
public import KeyHierarchy

/// A device that is signed in at one of the servers. Each sign-in makes a session at both.
public struct DeviceSession: Sendable, Equatable {
    public let server: ServerRole
    /// Names the session at its server.
    public let id: Int64
    /// What the device called itself when it signed in.
    public let deviceName: String
    /// The kind of way in that it used.
    public let kind: SlotKind
    /// When it signed in, in seconds since 1970 by the server's clock.
    public let signedIn: UInt64
    /// When it last renewed its session, likewise; a device in use does every ten minutes.
    public let lastSeen: UInt64
    public let isThisDevice: Bool
}

/// Where a user is signed in. All methods throw `ClientError`.
public struct DeviceSessions: Sendable {
    private let context: ClientContext

    public init(_ context: ClientContext) { self.context = context }

    /// The sessions at both servers, the newest sign-in first.
    public func list() async throws -> [DeviceSession] {
        var found: [DeviceSession] = []
        for (role, service) in try await services() {
            found += try await service.sessions().map { record in
                DeviceSession(
                    server: role, id: record.id, deviceName: record.deviceName,
                    kind: record.kind, signedIn: record.created,
                    lastSeen: record.renewed, isThisDevice: record.isCurrent)
            }
        }
        return found.sorted { $0.signedIn > $1.signedIn }
    }

    /// Ends one session at once. Its device asks for the password again, or signs in with its own key.
    public func end(_ session: DeviceSession) async throws {
        for (role, service) in try await services() where role == session.server {
            try await service.endSession(session.id)
        }
    }

    /// Ends all sessions at both servers but this device's.
    public func endOthers() async throws {
        for (_, service) in try await services() { try await service.endOtherSessions() }
    }

    private func services() async throws -> [(ServerRole, any AuthenticationService)] {
        // A key store that the store has left answers for its sessions still; the keyring's route says where the store is.
        _ = try await context.keyStore.keyring()
        return [(.authDelivery, context.authDelivery), (.keyStore, context.keyStore)]
    }
}
