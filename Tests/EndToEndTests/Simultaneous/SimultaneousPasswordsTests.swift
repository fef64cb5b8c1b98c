import CloudMLSClient
import KeyHierarchy
import Testing

/// The same with passwords and recoveries.
@Suite(.serialized)
struct SimultaneousPasswordsTests {
    /// Two people, one password: the other one changes it while this one does. Exactly one is in force afterwards.
    @Test(arguments: [false, true])
    func twoChangesOfThePassword(keepsSessions: Bool) async throws {
        let hands = try await TwoHands.make()
        let password = Box(TwoHands.password)
        let requests = try await hands.atEachRequest {
            (try await hands.signIn(password.value), try await hands.signIn(password.value))
        } first: { context, number in
            try await WaysIn(context).changePassword(
                current: Password(password.value), new: Password("first \(number)"), keepsSessions: keepsSessions)
        } second: { context, number in
            try await WaysIn(context).changePassword(
                current: Password(password.value), new: Password("second \(number)"), keepsSessions: keepsSessions)
        } check: { number, first, second in
            // One of them wins, and the other one is told.
            #expect((first == nil) != (second == nil), "at \(number): \(first as Any), \(second as Any)")
            let (new, lost) = first == nil ? ("first", "second") : ("second", "first")
            // Servers slow down whoever fails often.
            if number < 4 {
                let wrong = number.isMultiple(of: 2) ? "\(lost) \(number)" : password.value
                let error = await #expect(throws: ClientError.self) { _ = try await hands.signIn(wrong) }
                #expect(error?.code == .wrongPassword)
            }
            password.value = "\(new) \(number)"
            try await hands.expectWorks(hands.signIn(password.value), "at \(number)")
        }
        #expect(requests > 6, "\(requests)")
        try await hands.world.stop()
    }

    @Test func aRecoveryBesideAChangeOfThePassword() async throws {
        let hands = try await TwoHands.make()
        let code = try await WaysIn(hands.signIn()).addRecoveryCode(name: "paper")
        let password = Box(TwoHands.password)
        try await hands.atEachRequest {
            (try await hands.signIn(code), try await hands.signIn(password.value))
        } first: { context, number in
            try await WaysIn(context).changePassword(current: nil, new: Password("first \(number)"))
        } second: { context, number in
            try await WaysIn(context).changePassword(
                current: Password(password.value), new: Password("second \(number)"))
        } check: { number, first, second in
            #expect(first == nil || second == nil, "at \(number): \(first as Any), \(second as Any)")
            let candidates = ["first \(number)", "second \(number)"]
            var working: [String] = []
            for candidate in candidates where (try? await hands.signIn(candidate)) != nil { working.append(candidate) }
            #expect(working.count == 1, "at \(number): \(working), \(first as Any), \(second as Any)")
            password.value = working.first ?? password.value
            try await hands.expectWorks(hands.signIn(code), "at \(number)")
        }
        try await hands.world.stop()
    }

    /// The keys are replaced while the password is.
    @Test func aRotationBesideAChangeOfThePassword() async throws {
        let hands = try await TwoHands.make()
        let password = Box(TwoHands.password)
        try await hands.atEachRequest {
            (try await hands.signIn(password.value), try await hands.signIn(password.value))
        } first: { context, number in
            try await WaysIn(context).changePassword(
                current: Password(password.value), new: Password("first \(number)"), keepsSessions: true)
        } second: { context, number in
            _ = try await context.rotateKeys { try Password(password.value) }
        } check: { number, first, second in
            #expect(first == nil || second == nil, "at \(number): \(first as Any), \(second as Any)")
            if first == nil { password.value = "first \(number)" }
            try await hands.expectWorks(hands.signIn(password.value), "at \(number)")
        }
        try await hands.world.stop()
    }

    /// The same the other way round: the password is changed while the keys are replaced.
    @Test func aChangeOfThePasswordBesideARotation() async throws {
        let hands = try await TwoHands.make()
        let password = Box(TwoHands.password)
        try await hands.atEachRequest {
            (try await hands.signIn(password.value), try await hands.signIn(password.value))
        } first: { context, _ in
            _ = try await context.rotateKeys { try Password(password.value) }
        } second: { context, number in
            try await WaysIn(context).changePassword(
                current: Password(password.value), new: Password("second \(number)"), keepsSessions: true)
        } check: { number, first, second in
            if let second {
                // The rotation was over before it looked.
                #expect(second.code == .signedOut, "at \(number): \(second)")
                try await WaysIn(hands.signIn(password.value)).changePassword(
                    current: Password(password.value), new: Password("second \(number)"), keepsSessions: true)
            }
            let device = try await hands.signIn("second \(number)")
            // The rotation was told another password than the one in force: it goes on with that.
            if first != nil { _ = try await device.rotateKeys { try Password("second \(number)") } }
            try await hands.expectWorks(device, "at \(number)")
            password.value = "second \(number)"
        }
        try await hands.world.stop()
    }

    /// A first password: no rotation could know of the slot that is about to be made.
    @Test func aRotationBesideAFirstPassword() async throws {
        let hands = try await TwoHands.make()
        let waysIn = WaysIn(try await hands.signIn())
        let code = try await waysIn.addRecoveryCode(name: "paper")
        try await waysIn.remove(waysIn.find("password"))
        try await hands.atEachRequest {
            (try await hands.signIn(code), try await hands.signIn(code))
        } first: { context, _ in
            try await WaysIn(context).changePassword(
                current: nil, new: Password(TwoHands.password), keepsSessions: true)
        } second: { context, _ in
            _ = try await context.rotateKeys { try Password(TwoHands.password) }
        } check: { number, first, second in
            #expect(second == nil, "at \(number): \(second as Any)")
            if first != nil {
                try await WaysIn(hands.signIn(code)).changePassword(current: nil, new: Password(TwoHands.password))
            }
            let device = try await hands.signIn()
            try await hands.expectWorks(device, "at \(number)")
            try await WaysIn(device).remove(WaysIn(device).find("password"))
        }
        try await hands.world.stop()
    }
}
