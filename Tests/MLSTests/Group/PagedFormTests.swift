import MLS
import MLSCodec
import MLSCrypto
import TestSupport
import Testing

@Suite struct PagedFormTests {
    /// What a client would keep: a head, and pages by their names.
    private struct Storage {
        var head: [UInt8] = []
        var pages: [[UInt8]: [UInt8]] = [:]
        private var stored: Group?

        /// - Returns: the bytes that were written.
        @discardableResult
        mutating func save(_ group: Group) -> Int {
            let changes = group.pageChanges(since: stored)
            for page in changes.added { pages[page.name] = page.bytes }
            head = group.pagedHead
            for name in changes.dropped { pages[name] = nil }
            stored = group
            return changes.added.reduce(head.count) { $0 + $1.name.count + $1.bytes.count }
        }

        /// The name of the highest page.
        var rootName: [UInt8] {
            get throws {
                var reader = MLSReader(Array(head.dropFirst(2)))
                return try reader.readOpaque()
            }
        }

        func load() throws -> Group {
            try Group(decodingPagedHead: head, providers: CipherSuiteProviders.provider(for:)) { pages[$0] }
        }
    }

    @Test(arguments: TestMember.suites)
    func aGroupGoesOnFromItsPages(_ suite: CipherSuite) throws {
        var group = try TestGroup(["a", "b", "c", "d", "e"], suite)
        try group.propose(1) { try $0.proposeUpdate(framing: $1, signer: $2) }
        for index in group.members.indices {
            var storage = Storage()
            storage.save(try group.members[index].group)
            let loaded = try storage.load()
            #expect(loaded == (try group.members[index].group))
            #expect(loaded.pagedHead == storage.head)
            group.members[index].state = loaded
        }
        let commit = try group.members[0].commit()
        try group.deliver(commit.message, from: 0)
        try group.expectAgreement()
    }

    /// The storage never holds a page too few or one too many, whatever the tree does.
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func savedPagesAreThoseOfTheWholeState(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var group = try TestGroup(["a"])
        var storage = Storage()
        for round in 0..<30 {
            let others = try group.members[0].group.members.map(\.leafIndex).filter { $0 != LeafIndex(0) }
            let grows = others.count < 2 || (round < 15 ? true : Bool.random(using: &generator))
            if grows {
                let count = Int.random(in: 1...3, using: &generator)
                let added = try (0..<count).map {
                    try TestMember("\(round) \($0)", CipherSuite(rawValue: 1)).keyPackage()
                }
                _ = try group.members[0].commit(adding: added.map(\.keyPackage)) { $0.forcesPath = round % 2 == 0 }
            } else {
                let removed = others.shuffled(using: &generator).prefix(Int.random(in: 1...4, using: &generator))
                _ = try group.members[0].commit(removing: Array(removed))
            }
            let state = try group.members[0].group
            storage.save(state)
            var whole = Storage()
            whole.save(state)
            #expect(storage.pages == whole.pages)
            #expect(try storage.load() == state)
            // From a state that shares nothing in memory with this one.
            #expect(state.pageChanges(since: try storage.load()).added.isEmpty)
            #expect(state.pageChanges(since: try storage.load()).dropped.isEmpty)
        }
    }

    @Test func aCommitWritesFewPages() throws {
        var member = try TestMember("a", CipherSuite(rawValue: 1))
        try member.create()
        let added = try (0..<200).map {
            try TestMember("member \($0)", CipherSuite(rawValue: 1)).keyPackage().keyPackage
        }
        _ = try member.commit(adding: added)
        var storage = Storage()
        let whole = storage.save(try member.group)
        #expect(whole > 40_000)
        _ = try member.commit { $0.forcesPath = true }
        #expect(storage.save(try member.group) < 6_000)
        _ = try member.encrypt("nothing of it is stored")
        #expect(try member.group.pagedHead == storage.head)
        #expect(try member.group.pageChanges(since: storage.load()).added.isEmpty)
    }

    @Test func whatIsMissingOrAnotherIsRefused() throws {
        let group = try TestGroup((0..<20).map { "member \($0)" })
        var storage = Storage()
        storage.save(try group.members[3].group)
        for (name, bytes) in storage.pages {
            var broken = storage
            broken.pages[name] = nil
            #expect(throws: MLSError(.malformed)) { try broken.load() }
            for other in storage.pages.values where other != bytes {
                broken.pages[name] = other
                #expect(throws: MLSError(.malformed)) { try broken.load() }
            }
            broken.pages[name] = bytes
            let place = bytes.count - 40
            broken.pages[name]?[place] ^= 1
            #expect(throws: MLSError(.malformed)) { try broken.load() }
            broken.pages[name] = [2] + bytes.dropFirst()
            #expect(throws: MLSError(.malformed)) { try broken.load() }
        }
        var broken = storage
        broken.head[0] = 2
        #expect(throws: MLSError(.unknownVersion)) { try broken.load() }
    }

    /// A few pages that name each other over and over would be a tree of a billion leaves.
    @Test func pagesThatNameThemselvesAreRefused() throws {
        let group = try TestGroup((0..<20).map { "member \($0)" })
        var storage = Storage()
        storage.save(try group.members[0].group)
        storage.head[1] = 30
        let name = try #require(storage.pages.keys.first)
        // Three levels of blanks, and eight times itself below.
        var page = MLSWriter()
        page.write(integer: UInt8(1))
        page.write(opaque: [UInt8](repeating: 0, count: 7))
        page.write(opaque: Array(repeatElement(name.encoded, count: 8).joined()))
        // The root's page has one level, the 30th.
        var root = MLSWriter()
        root.write(integer: UInt8(1))
        root.write(opaque: [0] as [UInt8])
        root.write(opaque: Array(repeatElement(name.encoded, count: 2).joined()))
        let rootName = try storage.rootName
        for key in storage.pages.keys { storage.pages[key] = page.bytes }
        storage.pages[rootName] = root.bytes
        #expect(throws: MLSError(.malformed)) { try storage.load() }
    }

    @Test(arguments: 0..<4)
    func noStoredBytesTrap(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let group = try TestGroup((0..<9).map { "member \($0)" })
        var storage = Storage()
        storage.save(try group.members[0].group)
        for length in stride(from: 0, to: storage.head.count, by: 7) {
            var broken = storage
            broken.head = Array(storage.head.prefix(length))
            #expect(throws: MLSError.self) { try broken.load() }
        }
        for _ in 0..<100 {
            var broken = storage
            if Bool.random(using: &generator) {
                broken.head = broken.head.mutated(using: &generator)
            } else {
                for (name, bytes) in storage.pages { broken.pages[name] = bytes.mutated(using: &generator) }
            }
            _ = try? broken.load()
        }
    }

    /// A group that was stored in one piece, in pages: the same bytes for ever.
    @Test func frozenPagesRead() throws {
        let whole = try Group(decodingState: FrozenForms.group, providers: CipherSuiteProviders.provider(for:))
        let pages = whole.pageChanges(since: nil).added
        #expect(pages.map(\.bytes) == [FrozenForms.treePage])
        #expect(pages.map(\.name) == [whole.context.treeHash])
        #expect(whole.pagedHead == FrozenForms.pagedHead)
        let read = try Group(decodingPagedHead: FrozenForms.pagedHead, providers: CipherSuiteProviders.provider(for:)) {
            $0 == whole.context.treeHash ? FrozenForms.treePage : nil
        }
        #expect(read == whole)
    }

    /// A head that says that the tree is as large as any, with pages of blanks down to the group's own: its blank leaves would
    /// have to be hashed one by one.
    @Test func aTreeThatIsNearlyEmptyIsRefused() throws {
        let group = try TestGroup(["a", "b", "c"])
        var storage = Storage()
        storage.save(try group.members[0].group)
        let name = try storage.rootName
        #expect(storage.head[1] == 2)
        // Each page has three levels: one node, then two, then four, and eight pages below; the highest has one level.
        var below = name
        for level in stride(from: 5, through: 29, by: 3) {
            let page = [UInt8(level)]
            storage.pages[page] =
                [1] + [UInt8](repeating: 0, count: 7).encoded + vector(below.encoded + [UInt8](repeating: 0, count: 7))
            below = page
        }
        storage.pages[[30]] = [1] + ([0] as [UInt8]).encoded + vector(below.encoded + [0])
        storage.head[1] = 30
        storage.head.replaceSubrange(2..<(2 + name.encoded.count), with: ([30] as [UInt8]).encoded)
        let clock = ContinuousClock()
        let start = clock.now
        #expect(throws: MLSError(.malformed)) { try storage.load() }
        #expect(clock.now - start < .seconds(1))
    }

    private func vector(_ content: [UInt8]) -> [UInt8] { content.encoded }
}
