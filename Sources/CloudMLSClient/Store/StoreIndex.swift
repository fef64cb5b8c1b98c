package import CloudMLSAPI
package import MLSCodec

/// What the key store holds: accounts with their settings, and groups. It changes in the batch that changes what it lists.
package struct StoreIndex: Hashable, Sendable, MLSStruct {
    /// A name and a value that only the account's platform understands, such as the folder of the `folder` platform.
    package struct Setting: Hashable, Sendable, MLSStruct {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        package static var layout: StructLayout<Self, String, String> {
            StructLayout(\.name, \.value) { Self(name: $0, value: $1) }
        }
    }

    package struct Account: Hashable, Sendable, MLSStruct {
        package var account: AccountAddress
        package var settings: [Setting]

        package init(account: AccountAddress, settings: [Setting]) {
            self.account = account
            self.settings = settings
        }

        package static var layout: StructLayout<Self, AccountAddress, [Setting]> {
            StructLayout(\.account, \.settings) { Self(account: $0, settings: $1) }
        }
    }

    package struct Group: Hashable, Sendable, MLSStruct {
        package enum Status: UInt8, Sendable, MLSCodable {
            /// Its first commit was not accepted yet.
            case creating = 1
            case active = 2
            /// This account was removed from it, or left.
            case removed = 3
            /// Another group took its place, or it cannot go on here.
            case readOnly = 4
        }

        package var id: GroupID
        package var account: AccountAddress
        package var chat: String
        /// Seconds since 1970, by the creator's clock.
        package var created: UInt64
        package var status: Status

        package init(id: GroupID, account: AccountAddress, chat: String, created: UInt64, status: Status) {
            self.id = id
            self.account = account
            self.chat = chat
            self.created = created
            self.status = status
        }

        package static var layout: StructLayout<Self, GroupID, AccountAddress, String, UInt64, Status> {
            StructLayout(\.id, \.account, \.chat, \.created, \.status) {
                Self(id: $0, account: $1, chat: $2, created: $3, status: $4)
            }
        }
    }

    package var accounts: [Account]
    package var groups: [Group]

    private var version: UInt8 { 1 }

    package init(accounts: [Account] = [], groups: [Group] = []) {
        self.accounts = accounts
        self.groups = groups
    }

    package static var layout: StructLayout<Self, UInt8, [Account], [Group]> {
        StructLayout(\.version, \.accounts, \.groups) { (version, accounts, groups) throws(CodecError) in
            guard version == 1 else { throw CodecError(.invalidValue, "StoreIndex.version") }
            return Self(accounts: accounts, groups: groups)
        }
    }

    package func account(_ account: AccountAddress) -> Account? { accounts.first { $0.account == account } }

    package func group(_ id: GroupID) -> Group? { groups.first { $0.id == id } }

    /// Lists a group, or replaces what is listed for it.
    package mutating func set(_ group: Group) {
        if let index = groups.firstIndex(where: { $0.id == group.id }) {
            groups[index] = group
        } else {
            groups.append(group)
        }
    }

    /// Lists an account, or replaces its settings.
    package mutating func set(_ account: Account) {
        if let index = accounts.firstIndex(where: { $0.account == account.account }) {
            accounts[index] = account
        } else {
            accounts.append(account)
        }
    }
}
