"""Checks the walks in docs/architecture.md: what a command passes on its way, station by station.

A walk is a heading followed by a line that says how long it may be, "at most N changes of folder" (and, for a part of it,
"from `function` at most N"), and by numbered stations: `file` `function`, and what happens there. Files are below
Sources/CloudMLSClient, or below Sources where they begin with another module's name. The folder of a station is its room
in the client library, and its folder elsewhere.

Usage: check_walks.py FOLDER, a checkout of the project.
"""

import pathlib
import re
import sys

from check_rooms import ROOMS, room_of

STATION = re.compile(r"^\d+\. `([\w+/.]+\.swift)` `([\w.]+)`", re.M)
LIMIT = re.compile(r"at most\s+(\d+)\s+changes\s+of\s+folder")
PART = re.compile(r"from\s+`([\w.]+)`\s+on\s+at\s+most\s+(\d+)\s+changes\s+of\s+folder")


def main(root: pathlib.Path) -> int:
    text = (root / "docs/architecture.md").read_text(encoding="utf-8")
    faults, walks = check_table(text), 0
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        title, _, body = section.partition("\n")
        stations = STATION.findall(body)
        if not stations:
            continue
        walks += 1
        limits = LIMIT.findall(PART.sub("", body))
        if len(limits) != 1:
            faults.append(f"\"{title}\" does not say how many changes of folder it has at most")
            continue
        faults += check_stations(root, title, stations)
        changes = changes_of_folder(stations)
        print(f"  {title}: {len(stations)} stations, {changes} changes of folder")
        if changes > int(limits[0]):
            faults.append(f"\"{title}\" has {changes} changes of folder, and says at most {limits[0]}")
        for function, limit in PART.findall(body):
            names = [function for _, function in stations]
            if function not in names:
                faults.append(f"\"{title}\" has no station {function}")
                continue
            part = changes_of_folder(stations[names.index(function):])
            print(f"    from {function} on: {part}")
            if part > int(limit):
                faults.append(f"\"{title}\" has {part} changes of folder from {function} on, and says at most {limit}")
    if walks < 2:
        faults.append("docs/architecture.md has not two walks: is this the right folder?")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def check_table(text):
    """The rooms in the document are those that are checked, in the same order."""
    rows = re.findall(r"^\| `([\w/]+)/` \|", text, re.M)
    return [] if rows == ROOMS else [f"docs/architecture.md has other rooms than Deploy/lib/check_rooms.py: {rows}"]


def check_stations(root, title, stations):
    faults = []
    for file, function in stations:
        path = locate(root, file)
        name = function.split(".")[-1]
        if path is None:
            faults.append(f"\"{title}\": there is no {file}")
        elif not re.search(rf"\b(?:func|var|let|struct|class|actor|enum|case)\s+{name}\b|\b{name}\s*\(",
                           path.read_text(encoding="utf-8")):
            faults.append(f"\"{title}\": {file} has no {function}")
    return faults


def locate(root, file):
    for folder in ("Sources/CloudMLSClient", "Sources"):
        if (root / folder / file).is_file():
            return root / folder / file
    return None


def changes_of_folder(stations):
    folders = [folder(file) for file, _ in stations]
    return sum(1 for last, next in zip(folders, folders[1:]) if last != next)


def folder(file):
    path = pathlib.PurePath(file)
    return room_of(path) or str(path.parent)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1])))
