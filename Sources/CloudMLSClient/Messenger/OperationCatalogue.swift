/// All machines, and with them every point at which a test can end a client.
package enum OperationCatalogue {
    private static var machines: [any OperationMachine.Type] {
        [
            SignUp.self, SignIn.self, PasswordLogin.self, KeyLogin.self, Login.self, PasswordChange.self,
            AccountAddition.self, KeyPackageMaintenance.self,
            CommitMachine.self, AnchorRaise.self, HandshakeReservation.self, ReservationMachine.self,
            DeliveryMachine.self, InboxMachine.self, GroupHealing.self,
            Rotation.self, Reencryption.self, StoreMove.self, StoreFollow.self, MoveCompletion.self,
        ]
    }

    /// The names of all actions, by machine; `LooseStep` stands for a machine too.
    package static var actions: [String: [String]] {
        var actions = [String(describing: LooseStep.self): LooseStep.allCases.map(\.name)]
        for machine in machines { actions[String(describing: machine)] = machine.actions }
        return actions
    }
}
