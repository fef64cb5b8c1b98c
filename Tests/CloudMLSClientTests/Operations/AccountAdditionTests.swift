import CloudMLSAPI
import CloudMLSClient
import Testing

@Suite struct AccountAdditionTests {
    private typealias Script = MachineScript<AccountAddition>

    @Test func keysAreStoredBeforeTheServerHearsOfThem() throws {
        let script = try Script(AccountAddition(), [.found(isListed: false), .written, .registered])
        #expect(script.actions == [.read, .write, .register])
        #expect(script.output == .added)
    }

    @Test func aListedAccountIsRegisteredAgain() throws {
        let script = try Script(AccountAddition(), [.found(isListed: true), .registered])
        #expect(script.actions == [.read, .register])
    }

    @Test func somebodyElsesAccountLeavesTheList() throws {
        let script = try Script(
            AccountAddition(),
            [.found(isListed: false), .written, .refused(.accountTaken), .conflict, .found(isListed: true), .withdrawn])
        #expect(script.actions == [.read, .write, .register, .withdraw, .read, .withdraw])
        #expect(script.output == .refused(.accountTaken))
    }

    @Test func aConflictReadsAgain() throws {
        let script = try Script(AccountAddition(), [.found(isListed: false), .conflict])
        #expect(script.actions.last == .read)
    }
}
