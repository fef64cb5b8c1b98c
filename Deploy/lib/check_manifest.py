"""Reads `swift package dump-package` from standard input and checks how Package.swift is written.

Every target of ours treats warnings as errors, and nothing but tests uses unsafe flags; every dependency is pinned up to its next
minor version; no two modules or products differ only by case (file systems that ignore case would mix them up).
"""

import json
import sys


def main() -> int:
    package = json.load(sys.stdin)
    faults = []
    for target in package["targets"]:
        if target["type"] == "system":
            continue
        kinds = {}
        for setting in target.get("settings", []):
            for kind, value in setting["kind"].items():
                kinds.setdefault(kind, []).append(value)
        # A package with unsafe flags in a product cannot be depended on; tests are in none.
        allowed = [["-Onone"]] if target["type"] == "test" else []
        if any(value.get("_0") not in allowed for value in kinds.get("unsafeFlags", [])):
            faults.append(f"target {target['name']} uses unsafe flags")
        levels = [value.get("_0") for value in kinds.get("treatAllWarnings", [])]
        if levels != ["error"]:
            faults.append(f"target {target['name']} does not treat all warnings as errors")
    for dependency in package["dependencies"]:
        source = dependency["sourceControl"][0]
        ranges = source["requirement"].get("range", [])
        if len(ranges) != 1 or ranges[0]["upperBound"] != next_minor(ranges[0]["lowerBound"]):
            faults.append(f"dependency {source['identity']} is not pinned up to its next minor version")
    names = [target["name"] for target in package["targets"]] + [product["name"] for product in package["products"]]
    seen = {}
    for name in names:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            faults.append(f"{name} and {other} differ only by case")
    for fault in faults:
        print(f"Package.swift: {fault}", file=sys.stderr)
    if not faults:
        print(f"  {len(package['targets'])} targets, {len(package['dependencies'])} dependencies")
    return 1 if faults else 0


def next_minor(version: str) -> str:
    major, minor, _ = version.split(".")
    return f"{major}.{int(minor) + 1}.0"


if __name__ == "__main__":
    sys.exit(main())
