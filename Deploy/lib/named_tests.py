"""The tests that are there."""

import re


def existing_tests(folder):
    """All `Suite/function` pairs below Tests, extensions of suites included."""
    tests = set()
    for file in (folder / "Tests").rglob("*.swift"):
        suite = None
        for line in file.read_text().splitlines():
            if start := re.match(r"(?:@Suite(?:\(.*?\))? )?(?:extension|(?:final class|struct)) (\w+Tests)\b", line):
                suite = start[1]
            elif suite and (function := re.search(r"\bfunc (\w+)\(", line)):
                tests.add(f"{suite}/{function[1]}")
    return tests
