import MLS
import MLSCrypto
import Testing

@Suite struct PaddingTests {
    private func lengths(_ padding: PaddingPolicy, _ contents: [Int]) throws -> [Int] {
        let group = try TestGroup(["a"])
        return try contents.enumerated().map { index, length in
            let message = try group.members[0].group.encrypt(
                [UInt8](repeating: 1, count: length), generation: UInt32(index), padding: padding,
                signer: group.members[0].signer.privateKey)
            guard case .privateMessage(let message) = message else { return 0 }
            return message.ciphertext.count - 16
        }
    }

    @Test func multiples() throws {
        for length in try lengths(.multiple(of: 128), Array(0..<140)) { #expect(length % 128 == 0) }
        #expect(try lengths(.multiple(of: 128), [1, 40]).allSatisfy { $0 == 128 })
    }

    @Test func padmeHidesSmallDifferencesAtASmallPrice() throws {
        let contents = Array(stride(from: 0, to: 3_000, by: 7))
        let plain = try lengths(.none, contents)
        let padded = try lengths(.padme, contents)
        for (plain, padded) in zip(plain, padded) {
            #expect(padded >= plain)
            #expect(Double(padded) <= Double(plain) * 1.12)
        }
        #expect(Set(padded).count < Set(plain).count / 4)
    }

    @Test func noPadding() throws {
        let plain = try lengths(.none, [10, 11])
        #expect(plain[1] - plain[0] == 1)
        #expect(try lengths(.multiple(of: 0), [10]) == [plain[0]])
        #expect(try lengths(.multiple(of: -5), [10]) == [plain[0]])
    }
}
