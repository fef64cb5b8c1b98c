import CloudMLSClient
import KeyHierarchy
import Testing

/// Two devices of one user that change keys and ways in at the same moment: afterwards there is exactly one outcome, both
/// devices work or say what to do, and nothing is lost.
@Suite(.serialized)
struct SimultaneousTests {
    @Test func twoRotations() async throws {
        let hands = try await TwoHands.make()
        let keys = Box<[UInt32]>([])
        let requests = try await hands.atEachRequest {
            (try await hands.signIn(), try await hands.signIn())
        } first: { context, _ in
            keys.value.append(try await context.rotateKeys { try Password(TwoHands.password) }.keyID)
        } second: { context, _ in
            keys.value.append(try await context.rotateKeys { try Password(TwoHands.password) }.keyID)
        } check: { number, first, second in
            // Who did not see the other one's at all is asked for the password once.
            #expect(first == nil || second == nil, "at \(number): \(first as Any), \(second as Any)")
            for problem in [first, second] {
                if let problem { #expect(problem.code == .signedOut, "at \(number): \(problem)") }
            }
            let device = try await hands.signIn()
            keys.value.append(try await device.rotateKeys { try Password(TwoHands.password) }.keyID)
            #expect(keys.value.suffix(1) == [keys.value.max()], "at \(number): \(keys.value)")
            try await hands.expectWorks(device, "at \(number)")
        }
        #expect(requests > 8, "\(requests)")
        try await hands.world.stop()
    }

    /// One shuts the other out, in the middle of what it does.
    @Test func anEvictionBesideARotation() async throws {
        let hands = try await TwoHands.make()
        try await hands.atEachRequest {
            (try await hands.signIn(), try await hands.signIn())
        } first: { context, _ in
            _ = try await context.rotateKeys { try Password(TwoHands.password) }
        } second: { context, _ in
            _ = try await context.rotateKeys(evictingOthers: true) { try Password(TwoHands.password) }
        } check: { number, first, second in
            #expect(first == nil || second == nil, "at \(number): \(first as Any), \(second as Any)")
            for problem in [first, second] {
                if let problem { #expect(problem.code == .signedOut, "at \(number): \(problem)") }
            }
            let device = try await hands.signIn()
            _ = try await device.rotateKeys { try Password(TwoHands.password) }
            try await hands.expectWorks(device, "at \(number)")
        }
        try await hands.world.stop()
    }

    @Test func aRotationBesideANewRecoveryCode() async throws {
        let hands = try await TwoHands.make()
        let code = Box<RecoveryCode?>(nil)
        try await hands.atEachRequest {
            (try await hands.signIn(), try await hands.signIn())
        } first: { context, number in
            code.value = nil
            code.value = try await WaysIn(context).addRecoveryCode(name: "paper \(number)")
        } second: { context, _ in
            _ = try await context.rotateKeys { try Password(TwoHands.password) }
        } check: { number, first, second in
            #expect(second == nil, "at \(number): \(second as Any)")
            // A rotation that came and went asks for the password once. Else the code works.
            if let first { #expect(first.code == .signedOut, "at \(number): \(first)") }
            #expect((first == nil) == (code.value != nil))
            if let found = code.value { try await hands.expectWorks(hands.signIn(found), "at \(number)") }
            let device = try await hands.signIn()
            for way in try await WaysIn(device).list() where way.kind == .recovery {
                try await WaysIn(device).remove(way)
            }
            try await hands.expectWorks(device, "at \(number)")
        }
        try await hands.world.stop()
    }

    @Test func aRotationBesideARemoval() async throws {
        let hands = try await TwoHands.make()
        try await hands.atEachRequest {
            let first = try await hands.signIn()
            try await WaysIn(first).addRecoveryCode(name: "paper")
            return (first, try await hands.signIn())
        } first: { context, _ in
            try await WaysIn(context).remove(WaysIn(context).find("paper"))
        } second: { context, _ in
            _ = try await context.rotateKeys { try Password(TwoHands.password) }
        } check: { number, first, second in
            #expect(second == nil, "at \(number): \(second as Any)")
            if let first { #expect(first.code == .signedOut, "at \(number): \(first)") }
            let device = try await hands.signIn()
            for way in try await WaysIn(device).list() where way.kind == .recovery {
                try await WaysIn(device).remove(way)
            }
            #expect(try await WaysIn(device).list().map(\.kind) == [.password], "at \(number)")
            try await hands.expectWorks(device, "at \(number)")
        }
        try await hands.world.stop()
    }

    /// A device is signed out while it rotates, sends, or takes a way in away.
    @Test func anEndOfTheOtherSessionBesideARotation() async throws {
        let hands = try await TwoHands.make()
        try await hands.atEachRequest {
            (try await hands.signIn(), try await hands.signIn())
        } first: { context, _ in
            _ = try await context.rotateKeys { try Password(TwoHands.password) }
        } second: { context, _ in
            try await DeviceSessions(context).endOthers()
        } check: { number, first, second in
            #expect(second == nil, "at \(number): \(second as Any)")
            if let first { #expect(first.code == .signedOut, "at \(number): \(first)") }
            let device = try await hands.signIn()
            _ = try await device.rotateKeys { try Password(TwoHands.password) }
            try await hands.expectWorks(device, "at \(number)")
        }
        try await hands.world.stop()
    }

    @Test func twoNewRecoveryCodesUnderOneName() async throws {
        let hands = try await TwoHands.make()
        let codes = Box<[RecoveryCode]>([])
        try await hands.atEachRequest {
            codes.value = []
            return (try await hands.signIn(), try await hands.signIn())
        } first: { context, number in
            codes.value.append(try await WaysIn(context).addRecoveryCode(name: "paper \(number)"))
        } second: { context, number in
            codes.value.append(try await WaysIn(context).addRecoveryCode(name: "paper \(number)"))
        } check: { number, first, second in
            // Who comes second is told, whichever that is.
            #expect(first == nil || second == nil, "at \(number): \(first as Any), \(second as Any)")
            for problem in [first, second] {
                if let problem { #expect(problem.code == .wayInExists, "at \(number): \(problem)") }
            }
            for code in codes.value { try await hands.expectWorks(hands.signIn(code), "at \(number)") }
            let device = try await hands.signIn()
            for way in try await WaysIn(device).list() where way.kind == .recovery {
                try await WaysIn(device).remove(way)
            }
        }
        try await hands.world.stop()
    }
}
