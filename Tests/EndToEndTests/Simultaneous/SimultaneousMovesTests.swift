import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import Testing

/// The same with moves to another key store.
@Suite(.serialized)
struct SimultaneousMovesTests {
    /// Moves to and fro between two key stores, so that there is always one to go to. Each time under another name: the one
    /// that was left is still known there.
    private struct Journey: Sendable {
        let hands: TwoHands

        func code(_ number: Int) async throws -> SetupCode {
            try await hands.setupCode(keyStore: (number + 1) % 2)
        }

        /// A move is finished, or taken back, by whoever comes next.
        func finish(_ number: Int) async throws -> ClientContext {
            let context = try await hands.signIn()
            _ = try await move(context, number, code(number))
            return context
        }

        func move(_ context: ClientContext, _ number: Int, _ code: SetupCode) async throws -> Bool {
            try await KeyStoreMoves(context).move(
                to: code, userName: UserName(typed: "alice-\(number)"),
                password: { try Password(TwoHands.password) })
        }
    }

    /// Both are to go to the same place, with one setup code.
    @Test func twoMovesToOnePlace() async throws {
        let hands = try await TwoHands.make(keyStores: 2)
        let journey = Journey(hands: hands)
        let code = Box<SetupCode?>(nil)
        try await hands.atEachRequest {
            (try await hands.signIn(), try await hands.signIn())
        } first: { context, number in
            let place = try await journey.code(number)
            code.value = place
            _ = try await journey.move(context, number, place)
        } second: { context, number in
            _ = try await journey.move(context, number, try #require(code.value))
        } check: { number, first, second in
            #expect(first == nil && second == nil, "at \(number): \(first as Any), \(second as Any)")
            let context = try await hands.signIn()
            #expect(context.keyStoreOrigin == code.value?.origin)
            try await hands.expectWorks(context, "at \(number)")
        }
        try await hands.world.stop()
    }

    /// They are to go to two places: one of them is where the store is afterwards.
    @Test func twoMovesToTwoPlaces() async throws {
        let hands = try await TwoHands.make(keyStores: 3)
        try await hands.atEachRequest {
            (try await hands.signIn(), try await hands.signIn())
        } first: { context, number in
            _ = try await KeyStoreMoves(context).move(
                to: hands.setupCode(keyStore: 1), userName: UserName(typed: "first-\(number)"),
                password: { try Password(TwoHands.password) })
        } second: { context, number in
            _ = try await KeyStoreMoves(context).move(
                to: hands.setupCode(keyStore: 2), userName: UserName(typed: "second-\(number)"),
                password: { try Password(TwoHands.password) })
        } check: { number, first, second in
            #expect(first == nil || second == nil, "at \(number): \(first as Any), \(second as Any)")
            let context = try await hands.signIn()
            try await hands.expectWorks(context, "at \(number)")
            try await goHome(context, number, hands)
        }
        try await hands.world.stop()
    }

    @Test func aMessageBesideAMove() async throws {
        let hands = try await TwoHands.make(keyStores: 2)
        let journey = Journey(hands: hands)
        try await hands.atEachRequest {
            (try await hands.signIn(), try await hands.signIn())
        } first: { context, number in
            _ = try await journey.move(context, number, try await journey.code(number))
        } second: { context, number in
            try await hands.send("during the move \(number)", from: context)
        } check: { number, first, second in
            #expect(first == nil, "at \(number): \(first as Any)")
            if let second { #expect(second.code == .refused(.storeMoving), "at \(number): \(second)") }
            try await hands.expectWorks(hands.signIn(), "at \(number)")
        }
        try await hands.world.stop()
    }

    /// The other way round: the store goes away while a message is on its way.
    @Test func aMoveBesideAMessage() async throws {
        let hands = try await TwoHands.make(keyStores: 2)
        let journey = Journey(hands: hands)
        try await hands.atEachRequest {
            (try await hands.signIn(), try await hands.signIn())
        } first: { context, number in
            try await hands.send("while it leaves \(number)", from: context)
        } second: { context, number in
            _ = try await journey.move(context, number, try await journey.code(number))
        } check: { number, first, second in
            #expect(first == nil && second == nil, "at \(number): \(first as Any), \(second as Any)")
            try await hands.expectWorks(hands.signIn(), "at \(number)")
        }
        try await hands.world.stop()
    }

    @Test func aRotationBesideAMove() async throws {
        let hands = try await TwoHands.make(keyStores: 2)
        let journey = Journey(hands: hands)
        try await hands.atEachRequest {
            (try await hands.signIn(), try await hands.signIn())
        } first: { context, number in
            _ = try await journey.move(context, number, try await journey.code(number))
        } second: { context, _ in
            _ = try await context.rotateKeys { try Password(TwoHands.password) }
        } check: { number, first, second in
            // A rotation that came and went asks for the password once, and nothing stays read only for that.
            #expect(first == nil || second == nil, "at \(number): \(first as Any), \(second as Any)")
            if let first { #expect(first.code == .signedOut, "at \(number): \(first)") }
            if let second { #expect(second.code == .refused(.storeMoving), "at \(number): \(second)") }
            try await hands.expectWorks(hands.signIn(), "at \(number)")
            try await hands.expectWorks(journey.finish(number), "at \(number)")
        }
        try await hands.world.stop()
    }

    @Test func aMoveBesideARotation() async throws {
        let hands = try await TwoHands.make(keyStores: 2)
        let journey = Journey(hands: hands)
        try await hands.atEachRequest {
            (try await hands.signIn(), try await hands.signIn())
        } first: { context, _ in
            _ = try await context.rotateKeys { try Password(TwoHands.password) }
        } second: { context, number in
            _ = try await journey.move(context, number, try await journey.code(number))
        } check: { number, first, second in
            #expect(first == nil, "at \(number): \(first as Any)")
            // A rotation that came and went asks for the password once.
            if let second {
                #expect(
                    [.busy, .refused(.moveConflict), .signedOut].contains(second.code), "at \(number): \(second)")
            }
            let context = try await journey.finish(number)
            try await hands.expectWorks(context, "at \(number)")
        }
        try await hands.world.stop()
    }

    @Test func aCancelBesideAMove() async throws {
        let hands = try await TwoHands.make(keyStores: 2)
        let journey = Journey(hands: hands)
        try await hands.atEachRequest {
            (try await hands.signIn(), try await hands.signIn())
        } first: { context, number in
            _ = try await journey.move(context, number, try await journey.code(number))
        } second: { context, _ in
            try await KeyStoreMoves(context).cancel()
        } check: { number, first, second in
            #expect(first == nil || second == nil, "at \(number): \(first as Any), \(second as Any)")
            let context = try await hands.signIn()
            try await hands.expectWorks(context, "at \(number)")
            if first != nil { try await hands.expectWorks(journey.finish(number), "at \(number)") }
        }
        try await hands.world.stop()
    }

    @Test func anExportBesideARotationOrAMessageIsWhole() async throws {
        let hands = try await TwoHands.make()
        let file = hands.world.place.url.appending(path: "archive").path
        for isRotation in [true, false] {
            try await hands.atEachRequest {
                (try await hands.signIn(), try await hands.signIn())
            } first: { context, _ in
                _ = try await KeyStoreMoves(context).export(to: file)
            } second: { context, number in
                if isRotation {
                    _ = try await context.rotateKeys { try Password(TwoHands.password) }
                } else {
                    try await hands.send("during the export \(number)", from: context)
                }
            } check: { number, first, second in
                #expect(second == nil, "at \(number): \(second as Any)")
                // A rotation that came and went asks for the password once.
                if isRotation, first?.code == .signedOut { return }
                #expect(first == nil, "at \(number): \(first as Any)")
                let archive = try StoreArchive(path: file)
                _ = try await archive.verify(
                    password: Password(TwoHands.password), policy: KDFPolicy(testOnlyUnsafeFloorOf: .standard))
            }
        }
        try await hands.world.stop()
    }

    /// The old key store is there, and somebody writes to it.
    @Test func aMessageBesideAnImport() async throws {
        let hands = try await TwoHands.make(keyStores: 2)
        let journey = Journey(hands: hands)
        let file = hands.world.place.url.appending(path: "archive").path
        try await hands.atEachRequest {
            let first = try await hands.signIn()
            _ = try await KeyStoreMoves(first).export(to: file)
            return (first, try await hands.signIn())
        } first: { context, number in
            try await Self.bring(file, context, as: "alice-\(number)", to: journey.code(number))
        } second: { context, number in
            try await hands.send("during the import \(number)", from: context)
        } check: { number, first, second in
            if let first { #expect(first.code == .refused(.moveConflict), "at \(number): \(first)") }
            if let second { #expect(second.code == .refused(.storeMoving), "at \(number): \(second)") }
            let context = try await hands.signIn()
            try await hands.expectWorks(context, "at \(number)")
            if first != nil {
                _ = try await KeyStoreMoves(context).move(
                    to: try await journey.code(number), userName: UserName(typed: "again-\(number)"),
                    password: { try Password(TwoHands.password) })
            }
        }
        try await hands.world.stop()
    }

    /// Back to the first key store, for the next time.
    private func goHome(_ context: ClientContext, _ number: Int, _ hands: TwoHands) async throws {
        _ = try await KeyStoreMoves(context).move(
            to: hands.setupCode(keyStore: 0), userName: UserName(typed: "home-\(number)"),
            password: { try Password(TwoHands.password) })
    }

    private static func bring(
        _ file: String, _ context: ClientContext, as name: String, to code: SetupCode
    ) async throws {
        _ = try await KeyStoreMoves(context).importArchive(
            StoreArchive(path: file), to: code, userName: UserName(typed: name),
            password: Password(TwoHands.password))
    }

    /// With the same archive, to two places: one of them is where the store is afterwards.
    @Test func twoImports() async throws {
        let hands = try await TwoHands.make(keyStores: 3)
        let file = hands.world.place.url.appending(path: "archive").path
        try await hands.atEachRequest {
            let first = try await hands.signIn()
            _ = try await KeyStoreMoves(first).export(to: file)
            return (first, try await hands.signIn())
        } first: { context, number in
            try await Self.bring(file, context, as: "first-\(number)", to: hands.setupCode(keyStore: 1))
        } second: { context, number in
            try await Self.bring(file, context, as: "second-\(number)", to: hands.setupCode(keyStore: 2))
        } check: { number, first, second in
            #expect(first == nil || second == nil, "at \(number): \(first as Any), \(second as Any)")
            let context = try await hands.signIn()
            try await hands.expectWorks(context, "at \(number)")
            try await goHome(context, number, hands)
        }
        try await hands.world.stop()
    }

    /// - Parameter importIsFirst: whether the rotation comes between two requests of the import, or the other way round.
    @Test(arguments: [true, false])
    func anImportAndARotation(importIsFirst: Bool) async throws {
        let hands = try await TwoHands.make(keyStores: 2)
        let journey = Journey(hands: hands)
        let file = hands.world.place.url.appending(path: "archive").path
        let rotate: @Sendable (ClientContext, Int) async throws -> Void = { context, _ in
            _ = try await context.rotateKeys { try Password(TwoHands.password) }
        }
        let importing: @Sendable (ClientContext, Int) async throws -> Void = { context, number in
            try await Self.bring(file, context, as: "alice-\(number)", to: journey.code(number))
        }
        try await hands.atEachRequest {
            let first = try await hands.signIn()
            _ = try await KeyStoreMoves(first).export(to: file)
            return (first, try await hands.signIn())
        } first: { context, number in
            try await (importIsFirst ? importing : rotate)(context, number)
        } second: { context, number in
            try await (importIsFirst ? rotate : importing)(context, number)
        } check: { number, first, second in
            #expect(first == nil || second == nil, "at \(number): \(first as Any), \(second as Any)")
            let context = try await hands.signIn()
            if let problem = importIsFirst ? first : second {
                // An import that came to its end is never said to have been refused.
                let place = try await journey.code(number).origin
                #expect(context.keyStoreOrigin != place, "at \(number): \(problem)")
            }
            try await hands.expectWorks(context, "at \(number)")
            // Whichever was refused left nothing behind that is in the way of the next.
            try await hands.expectWorks(journey.finish(number), "at \(number)")
        }
        try await hands.world.stop()
    }
}
