#!/usr/bin/env python3
"""Runs mls-rs against `cloudmls-bench peer`, both ways: groups that either creates, commits, proposals and messages.

The language of the peer is in docs/interop.md. mls-rs comes from PyPI: agentvault-mls-rs-uniffi, which has cipher suite 1,
sends its handshakes as PublicMessages and takes both sorts. Ours are sent both ways. Prints a line for each scenario, and
ends with 0 if all passed.

Example:
  Tests/Interoperability/mls_rs_peer.py .build/release/cloudmls-bench
"""
import argparse
import subprocess
import sys
import traceback

import mls_rs_uniffi as mls_rs

SUITE = 1  # MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519


class Refused(Exception):
    """The peer answered `error`."""


def demand(condition, what):
    if not condition:
        raise AssertionError(what)


class Peer:
    """A process of ours."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        demand(self.process.wait(timeout=30) == 0, "the peer ended with an error")
        self.process.stdout.close()

    def ask(self, verb, **arguments):
        """The fields of the answer. Bytes become hexadecimal digits, lists get commas, `_` stands for `-`."""
        words = [verb] + [f"{name.rstrip('_').replace('_', '-')}={self.text(value)}" for name, value in arguments.items()]
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        outcome, *fields = self.process.stdout.readline().rstrip("\n").split(" ")
        if outcome != "ok":
            raise Refused(" ".join(fields))
        return dict(field.split("=", 1) for field in fields)

    def text(self, value):
        if isinstance(value, bytes):
            return value.hex()
        if isinstance(value, (list, tuple)):
            return ",".join(map(self.text, value))
        return str(value)


class Ours:
    """A client of ours, and its group."""

    def __init__(self, peer, name, framing):
        self.peer, self.name, self.framing = peer, name, framing
        peer.ask("client", as_=name, suite=SUITE)

    def create(self):
        self.peer.ask("create", client=self.name, as_=self.name)

    def key_package(self):
        answer = self.peer.ask("key-package", client=self.name, as_=self.name)
        return bytes.fromhex(answer["key-package"])

    def join(self, welcome, tree=None):
        more = {} if tree is None else {"ratchet_tree": tree}
        self.peer.ask("join", key_package=self.name, as_=self.name, welcome=welcome, **more)

    def commit(self, **arguments):
        """The commit, and the Welcome and tree if there are any; merged at once."""
        answer = self.peer.ask("commit", group=self.name, framing=self.framing, **arguments)
        self.peer.ask("merge", group=self.name)
        return tuple(bytes.fromhex(answer.get(field, "")) for field in ("commit", "welcome", "ratchet-tree"))

    def propose(self, type_, **arguments):
        answer = self.peer.ask("propose", group=self.name, type=type_, framing=self.framing, **arguments)
        return bytes.fromhex(answer["message"])

    def process(self, message):
        """Processes, and merges what is a commit."""
        answer = self.peer.ask("process", group=self.name, message=message)
        if answer["type"] == "commit":
            self.peer.ask("merge", group=self.name)
        return answer

    def protect(self, text):
        return bytes.fromhex(self.peer.ask("protect", group=self.name, plaintext=text)["message"])

    def unprotect(self, message):
        return bytes.fromhex(self.peer.ask("unprotect", group=self.name, message=message)["plaintext"])

    def export(self):
        answer = self.peer.ask("export", group=self.name, label=b"interop", context=b"context", length=48)
        return bytes.fromhex(answer["secret"])

    def state(self):
        return self.peer.ask("state", group=self.name)

    @property
    def leaf(self):
        return int(self.state()["leaf"])


class Theirs:
    """A client of mls-rs, and its group."""

    def __init__(self, name, tree_extension=True):
        config = mls_rs.client_config_default()
        config.use_ratchet_tree_extension = tree_extension
        keys = mls_rs.generate_signature_keypair(mls_rs.CipherSuite.CURVE25519_AES128)
        self.client = mls_rs.Client(name.encode(), keys, config)
        self.name, self.group = name, None

    def create(self):
        self.group = self.client.create_group(None)

    def key_package(self):
        return self.client.generate_key_package_message().to_bytes()

    def join(self, welcome, tree=None):
        tree = None if tree is None else mls_rs.RatchetTree(bytes=tree)
        self.group = self.client.join_group(tree, mls_rs.Message.from_bytes(welcome)).group

    def finish(self, output):
        """Takes a commit over, as if the delivery service had accepted it."""
        self.group.process_incoming_message(output.commit_message)
        welcome = output.welcome_message and output.welcome_message.to_bytes()
        return output.commit_message.to_bytes(), welcome, output.ratchet_tree and output.ratchet_tree.bytes

    def commit(self):
        return self.finish(self.group.commit())

    def add(self, *key_packages):
        return self.finish(self.group.add_members([mls_rs.Message.from_bytes(item) for item in key_packages]))

    def remove(self, identity):
        return self.finish(self.group.remove_members([identity]))

    def propose_add(self, key_package):
        return self.group.propose_add_members([mls_rs.Message.from_bytes(key_package)])[0].to_bytes()

    def propose_remove(self, identity):
        return self.group.propose_remove_members([identity])[0].to_bytes()

    def process(self, message):
        return self.group.process_incoming_message(mls_rs.Message.from_bytes(message))

    def protect(self, text):
        return self.group.encrypt_application_message(text).to_bytes()

    def unprotect(self, message):
        return self.process(message).data

    def export(self):
        return self.group.export_secret(b"interop", b"context", 48)


def agree(*members):
    """All export the same secret, and read each other."""
    secrets = {member.export() for member in members}
    demand(len(secrets) == 1, "the members export different secrets")
    for sender in members:
        text = f"from {sender.name}".encode()
        message = sender.protect(text)
        for reader in members:
            if reader is not sender:
                demand(reader.unprotect(message) == text, f"{reader.name} reads something else from {sender.name}")


def deliver(message, *members):
    return [member.process(message) for member in members]


def identity_of(sender, reader):
    """How mls-rs names a member: by what it sent."""
    return reader.process(sender.protect(b"who am I")).sender


def they_create(peer, framing):
    ours, theirs = Ours(peer, "ours", framing), Theirs("theirs")
    theirs.create()
    _, welcome, _ = theirs.add(ours.key_package())
    ours.join(welcome)
    agree(ours, theirs)
    return ours, theirs


def we_create(peer, framing):
    ours, theirs = Ours(peer, "ours", framing), Theirs("theirs")
    ours.create()
    _, welcome, _ = ours.commit(add=theirs.key_package())
    theirs.join(welcome)
    agree(ours, theirs)
    return ours, theirs


def trees_beside_the_welcome(peer, framing):
    """The ratchet tree does not travel in the Welcome (RFC 9420, section 12.4.3.3)."""
    ours, theirs = Ours(peer, "ours", framing), Theirs("theirs", tree_extension=False)
    theirs.create()
    _, welcome, tree = theirs.add(ours.key_package())
    ours.join(welcome, tree or theirs.group.export_tree().bytes)
    agree(ours, theirs)
    more = Theirs("more", tree_extension=False)
    commit, welcome, tree = ours.commit(add=more.key_package(), tree="no")
    deliver(commit, theirs)
    more.join(welcome, tree)
    agree(ours, theirs, more)


def commits_both_ways(peer, framing):
    for ours, theirs in (they_create(peer, framing),):
        for _ in range(3):
            commit, _, _ = ours.commit(path="yes")
            demand(theirs.process(commit).effect.is_new_epoch(), "not a new epoch")
            agree(ours, theirs)
            commit, _, _ = theirs.commit()
            deliver(commit, ours)
            agree(ours, theirs)
        commit, _, _ = ours.commit(new_signature_key="yes", aad=b"signed and open")
        deliver(commit, theirs)
        agree(ours, theirs)


def proposals_both_ways(peer, framing):
    ours, theirs = we_create(peer, framing)
    # Our Updates, theirs to commit.
    deliver(ours.propose("update"), theirs)
    commit, _, _ = theirs.commit()
    demand(ours.process(commit)["proposals"] == "update", "the Update was not committed")
    agree(ours, theirs)
    deliver(ours.propose("update", new_signature_key="yes"), theirs)
    commit, _, _ = theirs.commit()
    deliver(commit, ours)
    agree(ours, theirs)
    # Our Add, theirs to commit, and the other way round.
    second = Ours(peer, "second", framing)
    deliver(ours.propose("add", key_package=second.key_package()), theirs)
    commit, welcome, _ = theirs.commit()
    deliver(commit, ours)
    second.join(welcome)
    agree(ours, theirs, second)
    more = Theirs("more")
    deliver(theirs.propose_add(more.key_package()), ours, second)
    commit, welcome, _ = ours.commit()
    deliver(commit, theirs, second)
    more.join(welcome)
    agree(ours, theirs, second, more)
    # Their Remove, ours to commit, and the other way round.
    deliver(theirs.propose_remove(identity_of(second, theirs)), ours, second, more)
    commit, _, _ = ours.commit()
    deliver(commit, theirs, more)
    demand(second.process(commit)["removes-self"] == "yes", "the second is not removed")
    agree(ours, theirs, more)
    members = ours.state()["members"].split(",")
    deliver(ours.propose("remove", leaf=members[-1]), theirs, more)
    commit, _, _ = theirs.commit()
    deliver(commit, ours)
    demand(more.process(commit).effect.is_removed(), "more is not removed")
    agree(ours, theirs)


def members_come_and_go(peer, framing):
    """Eight clients, four of each; either side adds, removes and adds again."""
    ours = [Ours(peer, f"ours{number}", framing) for number in range(4)]
    theirs = [Theirs(f"theirs{number}") for number in range(4)]
    ours[0].create()
    joining = theirs[:2] + ours[1:2]
    _, welcome, _ = ours[0].commit(add=[member.key_package() for member in joining])
    for member in joining:
        member.join(welcome)
    members = [ours[0]] + joining
    agree(*members)
    joining = ours[2:] + theirs[2:]
    commit, welcome, _ = theirs[0].add(*[member.key_package() for member in joining])
    deliver(commit, *[member for member in members if member is not theirs[0]])
    for member in joining:
        member.join(welcome)
    members += joining
    agree(*members)
    # All have a path of their own.
    for member in members:
        commit, _, _ = member.commit()
        deliver(commit, *[other for other in members if other is not member])
    agree(*members)
    gone = ours[1]
    commit, _, _ = theirs[1].remove(identity_of(gone, theirs[1]))
    members.remove(gone)
    deliver(commit, *[member for member in members if member is not theirs[1]])
    demand(gone.process(commit)["removed"] == "3", "another member was removed")
    agree(*members)
    commit, _, _ = ours[2].commit(remove=[ours[0].leaf])
    members.remove(ours[0])
    deliver(commit, ours[0], *[member for member in members if member is not ours[2]])
    agree(*members)
    # Into a blank leaf, with a tree that has unmerged leaves.
    late = Theirs("late")
    commit, welcome, _ = ours[3].commit(add=late.key_package())
    deliver(commit, *[member for member in members if member is not ours[3]])
    late.join(welcome)
    members.append(late)
    agree(*members)
    commit, _, _ = late.commit()
    deliver(commit, *[member for member in members if member is not late])
    agree(*members)


def messages_out_of_order(peer, framing):
    ours, theirs = they_create(peer, framing)
    sent = [ours.protect(bytes([number])) for number in range(5)]
    for number in (4, 0, 2, 1, 3):
        demand(theirs.unprotect(sent[number]) == bytes([number]), "theirs read another text")
    sent = [theirs.protect(bytes([number])) for number in range(5)]
    commit, _, _ = ours.commit()
    deliver(commit, theirs)
    for number in (3, 1, 4, 0, 2):
        demand(ours.unprotect(sent[number]) == bytes([number]), "ours read another text, of a past epoch")
    empty = ours.protect(b"")
    demand(theirs.unprotect(empty) == b"", "an empty message")
    long = bytes(range(256)) * 400
    demand(theirs.unprotect(ours.protect(long)) == long and ours.unprotect(theirs.protect(long)) == long, "a long one")


def forgeries_are_refused(peer, framing):
    ours, theirs = we_create(peer, framing)
    before = ours.state()
    commit, _, _ = theirs.commit()
    for place in range(len(commit) // 2, len(commit), max(1, len(commit) // 40)):
        forged = commit[:place] + bytes([commit[place] ^ 1]) + commit[place + 1:]
        try:
            ours.process(forged)
        except Refused:
            continue
        raise AssertionError(f"ours took a commit with byte {place} of {len(commit)} changed")
    demand(ours.state() == before, "a refused commit changed the state")
    deliver(commit, ours)
    agree(ours, theirs)
    if framing == "private":
        # mls-rs gives a message key up with the first attempt to use it: after a forgery of the ciphertext it refuses the
        # message itself, too.
        return
    commit, _, _ = ours.commit()
    for place in range(len(commit) // 2, len(commit), max(1, len(commit) // 40)):
        forged = commit[:place] + bytes([commit[place] ^ 1]) + commit[place + 1:]
        try:
            theirs.process(forged)
        except mls_rs.Error:
            continue
        raise AssertionError(f"mls-rs took a commit with byte {place} of {len(commit)} changed")
    deliver(commit, theirs)
    agree(ours, theirs)


SCENARIOS = [
    they_create, we_create, trees_beside_the_welcome, commits_both_ways, proposals_both_ways, members_come_and_go,
    messages_out_of_order, forgeries_are_refused,
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the built cloudmls-bench")
    parser.add_argument("--only", metavar="SCENARIO", help="one of " + ", ".join(item.__name__ for item in SCENARIOS))
    options = parser.parse_args()
    chosen = [item for item in SCENARIOS if options.only in (None, item.__name__)]
    if not chosen:
        parser.error(f"there is no scenario {options.only}")
    failed = 0
    for scenario in chosen:
        for framing in ("public", "private"):
            try:
                with Peer([options.program, "peer"]) as peer:
                    scenario(peer, framing)
                print(f"passed  {scenario.__name__}, our handshakes {framing}", flush=True)
            except Exception:
                failed += 1
                print(f"FAILED  {scenario.__name__}, our handshakes {framing}", flush=True)
                traceback.print_exc()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
