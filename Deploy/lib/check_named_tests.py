#!/usr/bin/env python3
"""Checks that every test that a document names as `Suite/test` exists.

Usage: check_named_tests.py FOLDER        (the repository, or a copy of it)
"""

import pathlib
import re
import sys

from named_tests import existing_tests


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    tests = existing_tests(folder)
    named, missing = 0, []
    for document in sorted((folder / "docs").glob("*.md")):
        for name in re.findall(r"`(\w+Tests/[a-z]\w*)`", document.read_text()):
            named += 1
            if name not in tests:
                missing.append(f"{document.relative_to(folder)}: there is no test {name}")
    for line in missing:
        print(line)
    if named == 0:
        print("no document names a test: the pattern is wrong")
    sys.exit(1 if missing or named == 0 else 0)


main()
