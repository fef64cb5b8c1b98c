import CloudMLSAPI
import CloudMLSClient
import Testing

@Suite struct DeliveryMachineTests {
    private typealias Script = MachineScript<DeliveryMachine>
    private let bob = AccountAddress("folder:bob").map { [$0] } ?? []

    @Test func aCommitIsCheckedWrittenAnchoredAndReported() throws {
        let script = try Script(
            DeliveryMachine(),
            [
                .examined(accounts: bob, isCommit: true), .identitiesChecked(objection: nil), .written, .anchorRaised,
                .reported,
            ])
        #expect(script.actions == [.examine, .checkIdentities(bob), .apply, .raiseAnchor, .report(.applied)])
        #expect(script.output == .applied)
    }

    @Test func aProposalIsNotReported() throws {
        let script = try Script(
            DeliveryMachine(), [.examined(accounts: [], isCommit: false), .written, .anchorRaised])
        #expect(script.actions == [.examine, .apply, .raiseAnchor])
        #expect(script.output == .applied)
    }

    @Test func aDuplicateChangesNothing() throws {
        let script = try Script(DeliveryMachine(), [.duplicate])
        #expect(script.actions == [.examine])
        #expect(script.output == .duplicate)
    }

    @Test func anUnusableCommitIsParkedAndReported() throws {
        let script = try Script(
            DeliveryMachine(), [.unusable("garbage", isCommit: true), .written, .anchorRaised, .reported])
        #expect(script.actions == [.examine, .park("garbage"), .raiseAnchor, .report(.rejected)])
        #expect(script.output == .parked("garbage"))
    }

    @Test func aWrongIdentityIsParked() throws {
        let script = try Script(
            DeliveryMachine(),
            [
                .examined(accounts: bob, isCommit: true), .identitiesChecked(objection: "not Bob"), .written,
                .anchorRaised, .reported,
            ])
        #expect(script.actions.contains(.park("not Bob")))
        #expect(!script.actions.contains(.apply))
        #expect(script.output == .parked("not Bob"))
    }

    @Test func anotherDevicesWriteEndsTheRun() throws {
        let script = try Script(DeliveryMachine(), [.examined(accounts: [], isCommit: true), .overtaken])
        #expect(script.output == .overtaken)
    }
}
