/// All machines and all lists of steps, and with them every point at which a test can end a client.
package enum OperationCatalogue {
    private static var machines: [any OperationMachine.Type] {
        [
            SignUp.self, ProfileSignIn.self, StoreSignIn.self, PasswordLogin.self, KeyLogin.self, Login.self,
            PasswordChange.self, AccountAddition.self, KeyPackageMaintenance.self,
            CommitMachine.self, AnchorRaise.self, HandshakeReservation.self, ReservationMachine.self,
            DeliveryMachine.self, InboxMachine.self, GroupHealing.self,
            Rotation.self, Reencryption.self,
        ]
    }

    private static var steps: [any OperationStep.Type] {
        [
            SignInStep.self, ProposalStep.self, ConversationStep.self, MoveStep.self, FollowStep.self,
            CompletionStep.self,
        ]
    }

    /// The names of all actions, by machine or list of steps.
    package static var actions: [String: [String]] {
        var actions: [String: [String]] = [:]
        for machine in machines { actions[String(describing: machine)] = machine.actions }
        for list in steps { actions[String(describing: list)] = list.actions }
        return actions
    }
}
