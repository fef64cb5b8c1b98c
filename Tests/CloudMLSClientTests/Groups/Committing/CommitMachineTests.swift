import CloudMLSAPI
import CloudMLSClient
import Testing

@Suite struct CommitMachineTests {
    private typealias Script = MachineScript<CommitMachine>
    private let result = PostResult(sequence: 4, epoch: 2, identityHistory: 9)

    private func commit(_ entry: CommitMachine.Entry = .new) -> CommitMachine { CommitMachine(purpose: .commit, entry) }

    @Test func writesTheIntentAndRaisesTheAnchorBeforeItPosts() throws {
        let script = try Script(
            commit(), [.persisted, .anchorRaised, .accepted(result), .merged, .announced])
        #expect(script.actions == [.persist, .raiseAnchor, .post, .merge(result), .announce])
        #expect(script.output == .merged)
    }

    @Test func creatingRegistersTheGroupFirst() throws {
        let script = try Script(
            CommitMachine(purpose: .create, .new),
            [.persisted, .anchorRaised, .registered, .accepted(result), .merged, .announced])
        #expect(script.actions == [.persist, .raiseAnchor, .register, .post, .merge(result), .announce])
        #expect(script.output == .merged)
    }

    @Test func resumingDoesNotWriteTheIntentAgain() throws {
        let script = try Script(commit(.resuming), [.anchorRaised, .accepted(result), .merged, .announced])
        #expect(script.actions == [.raiseAnchor, .post, .merge(result), .announce])
    }

    @Test func aGroupThatCannotBeRegisteredIsDiscarded() throws {
        let script = try Script(
            CommitMachine(purpose: .create, .new),
            [.persisted, .anchorRaised, .refused(.groupExists), .discarded])
        #expect(script.actions.last == .discard(keepingClaims: true))
        #expect(script.output == .refused(.groupExists))
    }

    @Test func aResumedCreationIsNotDiscardedWithoutTheCommitsAnswer() throws {
        let creation = CommitMachine(purpose: .create, .resuming)
        let accepted = try Script(
            creation, [.anchorRaised, .refused(.groupExists), .accepted(result), .merged, .announced])
        #expect(accepted.actions == [.raiseAnchor, .register, .post, .merge(result), .announce])
        let never = try Script(
            creation,
            [
                .anchorRaised, .refused(.groupExists), .refused(.notFound), .caughtUp(intentGone: false),
                .refused(.notFound), .discarded,
            ])
        #expect(never.actions.suffix(4) == [.post, .catchUp, .void, .discard(keepingClaims: true)])
    }

    @Test(arguments: [ErrorCode.notFound, .notYourAccount])
    func whoIsNoMemberAnyMoreAbandonsTheIntent(code: ErrorCode) throws {
        let script = try Script(
            commit(.resuming),
            [.anchorRaised, .refused(code), .caughtUp(intentGone: false), .refused(code), .abandoned])
        #expect(script.actions.suffix(3) == [.catchUp, .void, .abandon])
        #expect(script.output == .lost)
    }

    @Test func anotherWinnerIsLearntFromTheLog() throws {
        let script = try Script(
            commit(), [.persisted, .anchorRaised, .refused(.epochConflict), .caughtUp(intentGone: true)])
        #expect(script.actions.last == .catchUp)
        #expect(script.output == .lost)
    }

    @Test func aConflictWithoutAWinnerIsVoided() throws {
        let script = try Script(
            commit(),
            [.persisted, .anchorRaised, .refused(.epochConflict), .caughtUp(intentGone: false), .voided, .discarded])
        #expect(script.actions.suffix(3) == [.catchUp, .void, .discard(keepingClaims: true)])
        #expect(script.output == .refused(.epochConflict))
    }

    @Test(arguments: [
        (ErrorCode.invalidHandshake, false), (.invalidKeyPackage, false), (.tooLarge, true), (.badRequest, true),
    ])
    func aLastingRefusalIsVoidedBeforeItIsDiscarded(code: ErrorCode, keepingClaims: Bool) throws {
        let script = try Script(
            commit(), [.persisted, .anchorRaised, .refused(code), .voided, .discarded])
        #expect(script.actions.suffix(2) == [.void, .discard(keepingClaims: keepingClaims)])
        #expect(script.output == .refused(code))
    }

    @Test func aVoidThatComesTooLateMeansMerge() throws {
        let script = try Script(
            commit(),
            [.persisted, .anchorRaised, .refused(.invalidHandshake), .accepted(result), .merged, .announced])
        #expect(script.actions.suffix(3) == [.void, .merge(result), .announce])
        #expect(script.output == .merged)
    }

    @Test func anIntentThatIsGivenUpIsVoidedAndNotPosted() throws {
        let script = try Script(commit(.givingUp), [.voided, .discarded])
        #expect(script.actions == [.void, .discard(keepingClaims: true)])
        let accepted = try Script(commit(.givingUp), [.accepted(result), .merged, .announced])
        #expect(accepted.actions == [.void, .merge(result), .announce])
    }

    @Test func aVoidedCommitIsDiscardedWithoutAskingAgain() throws {
        let script = try Script(commit(), [.persisted, .anchorRaised, .refused(.commitVoid), .discarded])
        #expect(script.actions.suffix(2) == [.post, .discard(keepingClaims: true)])
        #expect(script.output == .refused(.commitVoid))
    }

    @Test(arguments: [0, 1, 3])
    func anotherDevicesWriteEndsTheRun(step: Int) throws {
        let events: [CommitMachine.Event] = [.persisted, .anchorRaised, .accepted(result)]
        let script = try Script(commit(), Array(events.prefix(step)) + [.overtaken])
        #expect(script.output == .overtaken)
    }

    @Test func anEventOutOfPlaceIsAFault() {
        #expect(throws: ClientError(.internalFault, "")) {
            try Script(commit(), [.accepted(result)])
        }
    }
}
