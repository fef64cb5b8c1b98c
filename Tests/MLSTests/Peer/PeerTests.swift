import Foundation
import MLS
import MLSCrypto
import MLSPeer
import Synchronization
import TestSupport
import Testing

/// The language of `cloudmls-bench peer`: sessions drive each other through every verb, with every suite, their handshakes
/// public and private.
@Suite struct PeerTests {
    /// All suites, the experimental one too.
    static let ways = (CipherSuiteProviders.supportedCipherSuites + [XWingProvider.experimentalCipherSuite])
        .flatMap { suite in ["public", "private"].map { (suite.rawValue, $0) } }

    @Test(arguments: ways)
    func membersComeChangeAndGo(_ suite: UInt16, _ framing: String) throws {
        var group = try PeerConversation(suite, framing)
        try group.expectAgreement()
        try group.commit(1, "path=yes aad=0a0b")
        try group.commit(2, "new-signature-key=yes identity=cc")
        try group.expectAgreement()
        try group.propose(2, "type=update new-signature-key=yes")
        try group.commit(0)
        try group.expectAgreement()
        // By value and by reference, by leaf index.
        try group.propose(0, "type=remove leaf=1")
        #expect(try group.commit(2)["proposals"] == "remove")
        #expect(group.members == [0, 2])
        try group.expectAgreement()
        #expect(try group.driver.error(1, "commit group=g").hasPrefix("removed"))
        let again = try group.driver.ok(1, "key-package client=me as=again", "key-package")
        try group.propose(2, "type=add key-package=\(again)")
        let made = try group.commit(0, "tree=no")
        try group.driver.ok(1, "forget group=g")
        try group.driver.ok(
            1,
            "join key-package=again as=g welcome=\(try #require(made["welcome"])) "
                + "ratchet-tree=\(try #require(made["ratchet-tree"]))")
        group.members = [0, 1, 2]
        try group.expectAgreement()
        let leaf = try group.driver.ok(2, "state group=g", "leaf")
        try group.commit(0, "remove=\(leaf)")
        #expect(group.members == [0, 1])
        try group.expectAgreement()
    }

    @Test(arguments: ways)
    func preSharedKeysAndExtensions(_ suite: UInt16, _ framing: String) throws {
        var group = try PeerConversation(suite, framing)
        for session in 0..<3 { try group.driver.ok(session, "psk client=me id=0102 secret=0a0b0c") }
        let past = try group.driver.ok(0, "state group=g")
        let resumption = "resumption:\(try #require(past["group-id"])):\(try #require(past["epoch"]))"
        try group.commit(0, "psk=external:0102")
        try group.propose(1, "type=psk psk=\(resumption)")
        #expect(try group.commit(2)["proposals"] == "psk")
        try group.expectAgreement()
        // required_capabilities that ask for SelfRemove.
        try group.propose(1, "type=extensions extensions=3:0002000a00")
        try group.commit(0)
        try group.commit(0, "extensions=3:0002000a00,5:00")
        try group.expectAgreement()
        try group.propose(1, "type=custom custom=61441:0102")
        #expect(try group.commit(2, "custom=61442:")["proposals"] == "custom:61441,custom:61442")
        try group.expectAgreement()
        #expect(try group.driver.error(1, "commit group=g custom=61443:00").hasPrefix("invalidProposal"))
        #expect(try group.driver.error(1, "propose group=g type=custom custom=3:00").hasPrefix("unsupported"))
        #expect(try group.driver.error(1, "commit group=g psk=external:ffff").hasPrefix("missingKey"))
        #expect(try group.driver.error(1, "propose group=g type=extensions extensions=5:00,5:00").hasPrefix("invalid"))
    }

    @Test(arguments: ways)
    func outsidersProposeAndJoin(_ suite: UInt16, _ framing: String) throws {
        var group = try PeerConversation(suite, framing, sessions: 4)
        let senders = try group.driver.ok(3, "external-senders clients=me", "extension")
        try group.commit(0, "extensions=\(senders)")
        let state = try group.driver.ok(0, "state group=g")
        let place = "of-group=\(try #require(state["group-id"])) epoch=\(try #require(state["epoch"]))"

        let removal = try group.driver.ok(
            3, "propose-external client=me sender-index=0 type=remove leaf=2 \(place)", "message")
        let own = try group.driver.ok(3, "key-package client=me as=k")
        let addition = try group.driver.ok(3, "propose-self key-package=k \(place)", "message")
        var reference = ""
        for session in 0..<3 {
            let seen = try group.driver.ok(session, "process group=g message=\(removal)")
            #expect(seen["sender"] == "external:0")
            let added = try group.driver.ok(session, "process group=g message=\(addition)")
            #expect(added["sender"] == "new-member")
            reference = try #require(added["reference"])
        }
        let made = try group.commit(1, "admit=\(reference)")
        #expect(made["proposals"] == "remove,add")
        #expect(group.members == [0, 1])
        #expect(own["reference"] != reference)
        try group.driver.ok(3, "join key-package=k as=g welcome=\(try #require(made["welcome"]))")
        group.members = [0, 1, 3]
        try group.expectAgreement()

        // Whoever was removed joins by itself; then it loses its state, and takes the place of its former self.
        try group.driver.ok(2, "forget group=g")
        let info = try group.driver.ok(0, "group-info group=g", "group-info")
        let joined = try group.driver.ok(2, "external-join client=me as=g group-info=\(info)")
        try group.deliver(try #require(joined["commit"]), from: 2, [:])
        group.members = [0, 1, 2, 3]
        try group.expectAgreement()
        let former = try group.driver.ok(2, "state group=g", "leaf")
        try group.driver.ok(2, "forget group=g")
        group.members = [0, 1, 3]
        let bare = try group.driver.ok(3, "group-info group=g tree=no")
        let back = try group.driver.ok(
            2,
            "external-join client=me as=g replacing=\(former) group-info=\(try #require(bare["group-info"])) "
                + "ratchet-tree=\(try #require(bare["ratchet-tree"]))")
        try group.deliver(try #require(back["commit"]), from: 2, [:])
        group.members = [0, 1, 2, 3]
        try group.expectAgreement()
    }

    @Test(arguments: ways)
    func membersLeave(_ suite: UInt16, _ framing: String) throws {
        var group = try PeerConversation(suite, framing, sessions: 4)
        let leaving = try group.driver.ok(1, "propose group=g type=self-remove", "message")
        for session in [0, 2] {
            #expect(try group.driver.ok(session, "process group=g message=\(leaving)", "proposal") == "self-remove")
        }
        let info = try group.driver.ok(0, "group-info group=g", "group-info")
        let joined = try group.driver.ok(
            3, "external-join client=me as=g group-info=\(info) self-removes=\(leaving)")
        try group.deliver(try #require(joined["commit"]), from: 3, [:])
        group.members = [0, 2, 3]
        try group.expectAgreement()
        #expect(try group.driver.ok(1, "state group=g", "removed") == "yes")
    }

    @Test(arguments: ways)
    func groupsGoOnAsOthers(_ suite: UInt16, _ framing: String) throws {
        var group = try PeerConversation(suite, framing)
        let branched = try group.driver.ok(1, "key-package client=me as=b", "key-package")
        let branch = try group.driver.ok(0, "branch group=g as=b group-id=bb add=\(branched)")
        let refused = try group.driver.error(1, "join key-package=b as=b welcome=\(try #require(branch["welcome"]))")
        #expect(refused.hasPrefix("missingKey"))
        let joined = try group.driver.ok(
            1, "join key-package=b as=b continues=g welcome=\(try #require(branch["welcome"]))")
        #expect(joined["epoch-authenticator"] == branch["epoch-authenticator"])
        #expect(joined["members"] == "0,1")
        try group.expectAgreement()

        let next = suite == 1 ? 2 : 1
        try group.propose(1, "type=reinit group-id=cc suite=\(next)")
        #expect(try group.commit(0)["proposals"] == "")
        try group.commit(2, "reinit=yes group-id=cc suite=\(next)")
        #expect(try group.driver.error(0, "protect group=g plaintext=00").hasPrefix("reInitialized"))
        for session in 0..<3 {
            try group.driver.ok(session, "client as=next suite=\(next) identity=0\(session)")
        }
        let keyPackages = try [0, 2].map { try group.driver.ok($0, "key-package client=next as=n", "key-package") }
        let made = try group.driver.ok(
            1, "reinitialize group=g client=next as=n add=\(keyPackages.joined(separator: ","))")
        for session in [0, 2] {
            let joined = try group.driver.ok(
                session, "join key-package=n as=n continues=g welcome=\(try #require(made["welcome"]))")
            #expect(joined["epoch-authenticator"] == made["epoch-authenticator"])
            #expect(joined["suite"] == "\(next)")
        }
    }

    @Test func stagedCommitsCanBeDropped() throws {
        var group = try PeerConversation(1, "private")
        let before = try group.driver.ok(0, "state group=g")
        let dropped = try group.driver.ok(0, "commit group=g", "commit")
        #expect(try group.driver.ok(0, "state group=g", "staged") == "yes")
        try group.driver.ok(0, "discard group=g")
        #expect(try group.driver.ok(0, "state group=g") == before)
        #expect(try group.driver.error(0, "merge group=g").hasPrefix("absent"))
        #expect(try group.driver.error(0, "discard group=g").hasPrefix("absent"))
        // Another generation: the first one was used.
        #expect(try group.driver.ok(0, "commit group=g", "commit") != dropped)
        try group.commit(1)
        try group.commit(2)
        #expect(try group.driver.error(1, "process group=g message=\(dropped)").hasPrefix("wrongEpoch"))
    }

    @Test func messagesOfPastEpochsAndSkippedGenerations() throws {
        var group = try PeerConversation(1, "public")
        let early = try group.driver.ok(0, "protect group=g plaintext=01 padding=none", "message")
        let late = try group.driver.ok(0, "protect group=g plaintext=02 generation=70 padding=64", "message")
        #expect(try group.driver.error(0, "protect group=g plaintext=03 generation=70").hasPrefix("usage"))
        #expect(try group.driver.ok(2, "process group=g message=\(late)", "type") == "application")
        try group.commit(1)
        try group.commit(0, "remove=2")
        for session in 1...2 {
            #expect(try group.driver.ok(session, "unprotect group=g message=\(late)", "plaintext") == "02")
            #expect(try group.driver.ok(session, "unprotect group=g message=\(early)", "plaintext") == "01")
        }
        let unseen = try group.driver.ok(0, "protect group=g plaintext=04", "message")
        #expect(try group.driver.error(2, "unprotect group=g message=\(unseen)").hasPrefix("wrongEpoch"))
    }

    /// Of any line there is one answer, and what is refused changes nothing.
    @Test func whatIsRefusedChangesNothing() throws {
        var group = try PeerConversation(1, "public")
        try group.driver.ok(0, "key-package client=me as=spare")
        let before = try group.driver.ok(0, "state group=g")
        let commit = try group.driver.ok(1, "commit group=g framing=public path=yes", "commit")
        let wrong = commit.dropLast(2) + (commit.hasSuffix("00") ? "01" : "00")
        for (line, code) in [
            ("nonsense", "usage"), ("create", "usage"), ("create client=me", "usage"), ("state group=", "usage"),
            ("state group=g group=g", "usage"), ("state group=g more=1", "usage"), ("state g", "usage"),
            ("state =g", "usage"), ("state group=a/b", "usage"), ("state group=h", "absent"),
            ("create client=you as=h", "absent"), ("join key-package=k as=h welcome=00", "absent"),
            ("create client=me as=g", "taken"), ("client as=me suite=1", "taken"),
            ("client as=x suite=99", "unsupported"),
            ("client as=x suite=62586", "unsupported"), ("client as=x suite=-1", "usage"),
            ("client as=x suite=1 signature-private-key=00", "malformedKey"),
            ("client as=x suite=1 identity=00 certificates=00", "usage"),
            ("create client=me as=h group-id=0", "usage"), ("create client=me as=h group-id=0g", "usage"),
            ("create client=me as=h extensions=5", "usage"), ("create client=me as=h extensions=x:00", "usage"),
            ("create client=me as=h extensions=3:ff", "invalidGroupInfo"),
            ("process group=g message=", "malformed"), ("process group=g message=00", "malformed"),
            ("process group=g message=\(wrong)", "authenticationFailed"),
            ("join key-package=spare as=h welcome=\(commit)", "usage"), ("commit group=g add=\(commit)", "usage"),
            ("commit group=g path=maybe", "usage"), ("commit group=g framing=secret", "usage"),
            ("commit group=g remove=0", "invalidProposalList"), ("commit group=g remove=9", "invalid"),
            ("commit group=g psk=internal:00", "usage"), ("commit group=g psk=resumption:00:x", "usage"),
            ("commit group=g reinit=yes", "usage"), ("propose group=g type=wish", "usage"),
            ("propose group=g type=psk", "usage"), ("propose group=g type=psk psk=", "usage"),
            ("propose group=g type=remove leaf=9", "invalidProposal"),
            ("propose-external client=me sender-index=0 of-group=00 epoch=0 type=update", "usage"),
            ("protect group=g plaintext=00 padding=some", "usage"),
            ("protect group=g plaintext=00 generation=-1", "usage"),
            ("protect group=g plaintext=00 generation=4294967295", "usage"),
            ("protect group=g plaintext=00 generation=65536", "generationTooHigh"),
            ("unprotect group=g message=\(commit)", "malformed"),
            ("export group=g label=ff context= length=16", "usage"),
            ("export group=g label= context= length=-1", "usage"),
            ("export group=g label= context= length=65535", "cryptography: outputTooLong"),
            ("external-join client=me as=h group-info=\(commit)", "usage"),
            ("external-senders clients=me,you", "absent"),
            ("reinitialize group=g client=me as=h add=", "invalidGroupInfo"), ("forget", "usage"),
            ("help verb=nonsense", "usage"),
        ] {
            let reason = try group.driver.error(0, line)
            #expect(reason.hasPrefix(code), "\(line.prefix(80)): \(reason)")
        }
        for line in ["", "   ", "# a remark", "\t"] { #expect(group.driver.sessions[0].copy(answering: line) == nil) }
        #expect(try group.driver.ok(0, "state group=g") == before)
        #expect(try group.driver.ok(0, "process  group=g   message=\(commit)", "type") == "commit")
    }

    /// There is no verb that the tests above leave out.
    @Test func togetherTheyUseEveryVerb() throws {
        let recorder = PeerDriver.Recorder()
        try PeerDriver.$recorder.withValue(recorder) {
            try membersComeChangeAndGo(1, "private")
            try preSharedKeysAndExtensions(1, "private")
            try outsidersProposeAndJoin(1, "private")
            try groupsGoOnAsOthers(1, "private")
            try stagedCommitsCanBeDropped()
            try theDocumentHasEveryVerb()
        }
        #expect(recorder.verbs.withLock { $0 } == Set(PeerSession.verbNames))
    }

    @Test func theDocumentHasEveryVerb() throws {
        let document = try String(contentsOf: packageRoot.appending(path: "docs/interop.md"), encoding: .utf8)
        #expect(document.contains("```\n\(PeerSession.manual)\n```"))
        var driver = PeerDriver(1)
        #expect(try driver.ok(0, "help", "verbs") == PeerSession.verbNames.joined(separator: ","))
        for verb in PeerSession.verbNames {
            let help = try driver.ok(0, "help verb=\(verb)")
            let arguments = [help["required"], help["optional"]].compactMap(\.self).flatMap { $0.split(separator: ",") }
            #expect(Set(arguments).count == arguments.count, "\(verb)")
        }
        #expect(try driver.ok(0, "help verb=export", "required") == "group,label,context,length")
    }
}

extension PeerSession {
    fileprivate func copy(answering line: String) -> String? {
        var copy = self
        return copy.answer(to: line)
    }
}
