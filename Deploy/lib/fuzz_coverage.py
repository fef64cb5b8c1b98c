"""Counts what was asked of each operation of an OpenAPI document, from HAR files, and prints it. Ends with 1 where an
operation was never asked.

Usage: fuzz_coverage.py DOCUMENT FILE...
"""

import collections
import json
import re
import sys
import urllib.parse


def main(document: str, *files: str) -> int:
    with open(document) as file:
        paths = json.load(file)["paths"]
    methods = ("get", "put", "post", "delete")
    # A name stands for itself before a parameter may stand for it.
    operations = sorted(
        ((method.upper(), path) for path in paths for method in paths[path] if method in methods),
        key=lambda operation: (operation[1].count("{"), operation[1], operation[0]))
    patterns = [
        (method, path, re.compile(re.sub(r"\\\{[^/]*\\\}", "[^/]*", re.escape(path)) + "$")) for method, path in operations]
    counts = {operation: collections.Counter() for operation in operations}
    for name in files:
        with open(name) as file:
            entries = json.load(file)["log"]["entries"]
        for entry in entries:
            asked = urllib.parse.urlsplit(entry["request"]["url"]).path
            for method, path, pattern in patterns:
                if method == entry["request"]["method"] and pattern.match(asked):
                    counts[method, path][entry["response"]["status"]] += 1
                    break
    missing = [operation for operation in operations if not counts[operation]]
    for method, path in sorted(operations, key=lambda operation: (operation[1], operation[0])):
        answers = counts[method, path]
        shown = " ".join(f"{status}:{answers[status]}" for status in sorted(answers))
        print(f"{method:<6} {path:<26} {sum(answers.values()):>6}  {shown or 'NEVER TRIED'}")
    done = sum(1 for operation in operations if any(200 <= status < 300 for status in counts[operation]))
    print(f"{len(operations) - len(missing)} of {len(operations)} operations tried; {done} of them also done.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
