package import CloudMLSAPI
package import KeyHierarchy

/// The part of a registration that is alike on both servers, checked.
package struct NewUser: Sendable {
    package let name: String
    package let login: LoginMethod
    package let slot: NewSlot

    /// Checks a registration's fields: `bad_request` where one is not what it must be.
    package init(
        name: String, login: LoginMethod, slot: Bytes, role: ServerRole
    ) throws(APIError) {
        guard UserName(rawValue: name) != nil else {
            throw APIError(.badRequest, "A user name has 3 to 64 characters of a-z, 0-9, '.', '_' and '-'.")
        }
        guard login.kind == .password else {
            throw APIError(.badRequest, "A registration comes with a password login key.")
        }
        self.name = name
        self.login = try LoginKeyRule.checked(login, for: .password)
        self.slot = try NewSlot(body: slot.array, kind: .password, role: role)
    }
}
