"""Checks which room of the client library uses which: the table below is the one in docs/architecture.md.

A room is a folder of Sources/CloudMLSClient; Groups/ holds several. Swift has no imports between folders, so a use is found
by its name: a type that a room declares, or a member that a room adds to a type of another room. A member's name counts
only where nothing else below Sources is called so, since a name does not tell what it is looked up in.

Usage: check_rooms.py FOLDER, a checkout of the project.
"""

import collections
import pathlib
import re
import sys

from swift_text import mask

MODULE = pathlib.PurePath("Sources/CloudMLSClient")

# From the bottom to the top: a room may use those above it in this list, and the files that are in no room.
ROOMS = [
    "Machines",
    "Transport",
    "Device",
    "Store",
    "SignIn",
    "Rotation",
    "WaysIn",
    "Moving",
    "Messaging",
    "Accounts",
    "Groups/Stored",
    "Groups/Anchoring",
    "Groups/Generations",
    "Groups/Receiving",
    "Groups/Committing",
    "Groups/Healing",
    "Groups/Messages",
    "Groups",
    "Platforms",
    "Messenger",
    "Wiring",
]
# Neighbours of which neither may use the other, whatever the order says.
APART = {("WaysIn", "Rotation"), ("Moving", "WaysIn"), ("Moving", "Rotation"), ("Platforms", "Groups")}

WORDS = r"(?:@\w+(?:\([^)]*\))?\s+|(?:public|package|internal|static|final|indirect|mutating|nonisolated)(?:\(set\))?\s+)*"
TYPE = re.compile(rf"^{WORDS}(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)", re.M)
EXTENSION = re.compile(rf"^{WORDS}extension\s+[^{{]*\{{", re.M)
MEMBER = re.compile(rf"^    {WORDS}(?:func|var|let)\s+(\w+)", re.M)
# Everything that gives something a name, also inside a function or in a list of parameters.
NAMED = re.compile(r"\b(?:func|var|let|case|for|struct|class|enum|actor|protocol|typealias)\s+(\w+)|[(,]\s*(?:\w+\s+)?(\w+):")

Place = collections.namedtuple("Place", "room file")


def main(root: pathlib.Path) -> int:
    files, faults = read(root)
    if not files:
        faults.append(f"{MODULE}: there is no source file: is this the right folder?")
    homes = homes_of_names(root, files)
    uses = collections.defaultdict(set)
    for place, code in files.items():
        for name in set(re.findall(r"\b[A-Za-z]\w*", code)) & homes.keys():
            used = homes[name]
            if used != place.room:
                uses[place.room, used].add((place.file, name))
    for (user, used), findings in sorted(uses.items()):
        if not may_use(user, used):
            who = user or "a file in no room"
            faults += [f"{MODULE / file}: {who} must not use {used}: {name}" for file, name in sorted(findings)]
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(f"  {len(files)} files in {len({place.room for place in files})} rooms, {len(uses)} uses of one by another")
    return 1 if faults else 0


def read(root):
    files, faults = {}, []
    for path in sorted((root / MODULE).rglob("*.swift")):
        file = path.relative_to(root / MODULE)
        room = room_of(file)
        if room is None:
            faults.append(f"{MODULE / file}: {file.parent} is not in the table of rooms")
        else:
            files[Place(room, file)] = mask(path.read_text(encoding="utf-8"))
    return files, faults


def room_of(file):
    """The room that a file is in; '' for one that is in none, None for one that is in a folder nobody knows."""
    if len(file.parts) == 1:
        return ""
    fitting = [room for room in ROOMS if file.is_relative_to(room)]
    return max(fitting, key=len) if fitting else None


def homes_of_names(root, files):
    """The room of each type, and of each member in an extension whose name stands for nothing else."""
    types, members, named = collections.defaultdict(set), collections.defaultdict(set), collections.Counter()
    for place, code in files.items():
        for name in TYPE.findall(code):
            types[name].add(place.room)
        for match in EXTENSION.finditer(code):
            for name in MEMBER.findall(code[match.end():code.find("\n}", match.end())]):
                members[name].add(place.room)
        named.update(name for pair in NAMED.findall(code) for name in pair if name)
    for path in (root / "Sources").rglob("*.swift"):
        if not path.is_relative_to(root / MODULE):
            code = mask(path.read_text(encoding="utf-8"))
            named.update(name for pair in NAMED.findall(code) for name in pair if name)
    homes = {name: rooms for name, rooms in types.items()}
    homes |= {name: rooms for name, rooms in members.items() if named[name] == 1}
    return {name: next(iter(rooms)) for name, rooms in homes.items() if len(rooms) == 1 and "" not in rooms}


def may_use(user, used):
    if (user, used) in APART or (used, user) in APART:
        return False
    return user != "" and ROOMS.index(used) < ROOMS.index(user)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1])))
