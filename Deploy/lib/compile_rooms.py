"""Lets the compiler say whether the rooms of the client library stand on each other as Deploy/lib/check_rooms.py has them:
the lowest room is compiled alone, then with the next one, and so on. What a room uses of one above it is missing then.

Usage: compile_rooms.py FOLDER BUILD, a checkout of the project and the folder of a finished build of it, whose modules and
arguments it takes. Before that it plants a use that must be found.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

from check_rooms import MODULE, ROOMS, room_of

# Arguments that are about what a build writes.
WRITING = {
    "-emit-dependencies", "-emit-module", "-c", "-emit-objc-header", "-serialize-diagnostics", "-parseable-output",
    "-warnings-as-errors", "-O",
}
WRITING_WITH_VALUE = {
    "-emit-module-path", "-output-file-map", "-emit-objc-header-path", "-num-threads", "-index-store-path",
}
PLANTED = "extension GroupActor { func planted() { turns.planted() } }\n"
PLANTED_ABOVE = "extension TurnQueue { func planted() {} }\n"


def main(root: pathlib.Path, build: pathlib.Path) -> int:
    compiler = arguments(build)
    files = {path: room_of(path.relative_to(root / MODULE)) for path in sorted((root / MODULE).rglob("*.swift"))}
    with tempfile.TemporaryDirectory() as folder:
        user, used = pathlib.Path(folder, "Planted.swift"), pathlib.Path(folder, "PlantedAbove.swift")
        user.write_text(PLANTED, encoding="utf-8")
        used.write_text(PLANTED_ABOVE, encoding="utf-8")
        planted = files | {user: "Groups/Stored", used: "Groups/Receiving"}
        if errors(compiler, planted, "Groups/Receiving"):
            sys.exit("error: a planted use is an error even where the room above is there")
        if not errors(compiler, planted, "Groups/Stored"):
            sys.exit("error: a planted use of a room above was not found")
    print("  the compiler notices a room that uses one above it")
    faults = []
    for room in ROOMS:
        if room in files.values():
            faults += [error for error in errors(compiler, files, room) if error not in faults]
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(f"  {len(set(files.values()))} rooms compile with those below them alone")
    return 1 if faults else 0


def arguments(build):
    """How the build compiled the module, without what it compiled and what it wrote."""
    manifest = build.parent.parent / f"{build.name}.yaml"
    text = manifest.read_text(encoding="utf-8")
    module = text.find(f'"-module-name","{MODULE.name}"')
    if module < 0:
        sys.exit(f"error: {manifest} does not say how {MODULE.name} is compiled")
    start = text.rfind("args: ", 0, module) + len("args: ")
    given = iter(json.loads(text[start:text.find("]\n", start) + 1]))
    kept = []
    for argument in given:
        if argument in WRITING_WITH_VALUE:
            next(given)
        elif argument not in WRITING and not argument.startswith("@"):
            kept.append(argument)
            if argument == "-Xcc":
                kept.append(next(given))
    return kept


def errors(compiler, files, room):
    """What the compiler says of the rooms up to this one."""
    known = ["", *ROOMS[:ROOMS.index(room) + 1]]
    sources = [str(path) for path, of in files.items() if of in known]
    run = subprocess.run(
        [*compiler, "-typecheck", *sources], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if run.returncode == 0:
        return []
    found = [line for line in run.stdout.splitlines() if " error: " in line and line.startswith("/")]
    return found or [run.stdout]


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()))
