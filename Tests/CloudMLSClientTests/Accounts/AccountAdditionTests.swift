import CloudMLSAPI
import CloudMLSClient
import Testing

@Suite struct AccountAdditionTests {
    private typealias Script = MachineScript<AccountAddition>

    @Test func keysAreStoredBeforeTheServerHearsOfThem() throws {
        let script = try Script(
            AccountAddition(), [.found(isListed: false, wasRegistered: false), .written, .registered])
        #expect(script.actions == [.read, .write, .register])
        #expect(script.output == .added)
    }

    @Test func aListedAccountIsRegisteredAgain() throws {
        let script = try Script(AccountAddition(), [.found(isListed: true, wasRegistered: false), .registered])
        #expect(script.actions == [.read, .register])
    }

    @Test func somebodyElsesAccountLeavesTheList() throws {
        let script = try Script(
            AccountAddition(),
            [
                .found(isListed: false, wasRegistered: false), .written, .refused(.accountTaken), .conflict,
                .found(isListed: true, wasRegistered: false), .withdrawn,
            ])
        #expect(script.actions == [.read, .write, .register, .withdraw, .read, .withdraw])
        #expect(script.output == .refused(.accountTaken))
    }

    @Test func aConflictReadsAgain() throws {
        let script = try Script(AccountAddition(), [.found(isListed: false, wasRegistered: false), .conflict])
        #expect(script.actions.last == .read)
    }

    @Test(arguments: [true, false])
    func anAccountInUseStaysOnTheListWhateverTheServerSays(isListed: Bool) throws {
        var events: [AccountAddition.Event] = [.found(isListed: isListed, wasRegistered: true)]
        if !isListed { events.append(.written) }
        let script = try Script(AccountAddition(), events + [.refused(.quotaExceeded)])
        #expect(!script.actions.contains(.withdraw))
        #expect(script.output == .refused(.quotaExceeded))
    }
}
