import KeyHierarchy

extension Authenticator {
    /// Takes away the key that `WaysIn.addDevice` gave this device, at the servers first: what is no way in any more can be
    /// forgotten. Where the session is over the key itself signs in for that; where there is none, this is for every user
    /// who left a key here.
    ///
    /// - Returns: how many keys there were.
    /// - Throws: `ClientError`; `lastWayIn` where nobody could sign in any more. The key stays then.
    public func removeDeviceKeys() async throws -> Int {
        let context: ClientContext
        do {
            context = try await resume()
        } catch let error as ClientError where [.notSignedIn, .formatOfAnotherVersion].contains(error.code) {
            let names = try await local.names(beginningWith: DeviceKeys.localNamePrefix)
            for name in names { try await removeDeviceKey(name) }
            return names.count
        }
        let waysIn = WaysIn(context)
        guard try await waysIn.deviceHasKey() else { return 0 }
        do {
            try await waysIn.removeDeviceKey()
        } catch let error as ClientError where [.signedOut, .notSignedIn].contains(error.code) {
            try await removeDeviceKey(
                DeviceKeys.localName(user: context.userName, at: context.authDeliveryOrigin))
        }
        return 1
    }

    /// Signs in with a device key for as long as it takes to remove it.
    private func removeDeviceKey(_ name: String) async throws {
        let words = name.dropFirst(DeviceKeys.localNamePrefix.count)
        guard let slash = words.lastIndex(of: "/"), let origin = Origin(rawValue: String(words[..<slash])),
            let userName = UserName(rawValue: String(words[words.index(after: slash)...]))
        else { return }
        let visitor = Authenticator(
            environment: environment, sessions: MemorySessionStorage(), local: local, connector: connector,
            following: following)
        do {
            let context = try await visitor.signInWithDeviceKey(userName: userName, authDelivery: origin)
            do {
                try await WaysIn(context).removeDeviceKey()
            } catch {
                await context.logOut()
                throw error
            }
            await context.logOut()
        } catch let error as ClientError where error.code == .wrongPassword {
            // It was removed from another device.
            try await local.write(name, nil)
        }
    }
}

extension WaysIn {
    /// Takes this device's own key away, at the servers first.
    func removeDeviceKey() async throws {
        if let way = try await list().first(where: \.isThisDevice) { try await remove(way) }
        try await forgetDeviceKey()
    }
}
