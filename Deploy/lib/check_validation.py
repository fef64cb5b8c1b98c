#!/usr/bin/env python3
"""Checks docs/mls-validation.md: that what its rows name exists, and, with --mutate, that their tests need their checks.

Usage: check_validation.py FOLDER
       check_validation.py FOLDER --mutate SEED COUNT [--rows P3,L7] [--copy DIR] [--with COMMAND] [--any-test]

How to read a row, and what is done to a check that it names, is written in docs/mls-validation.md, "How to read the tables".
"""

import argparse
import os
import pathlib
import random
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

from named_tests import existing_tests
from swift_text import Swift, UnknownShape

TABLE = "docs/mls-validation.md"
# Seconds for the tests of one row. They take a few where nothing is wrong.
LIMIT = 60
ROOTS = ["Sources/MLS", "Sources"]
SWITCH = """#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Which check is switched off in this process.
@usableFromInline let activeMutant: Int32 = getenv("MUTANT").map { atoi($0) } ?? -1

@inline(never) @usableFromInline func mutant(_ number: Int32) -> Bool { activeMutant == number }
"""


class Row:
    """One check: its number, where it is made, with which words it refuses, and the tests that break the rule."""

    def __init__(self, cells):
        self.number, self.rule, made, refusals, tests = cells
        self.places = []  # (path, [symbols])
        for token in re.findall(r"`([^`]+)`", made):
            if token.endswith(".swift"):
                self.places.append((token, []))
            elif self.places:
                self.places[-1][1].append(token)
        self.refusals = re.findall(r"`([^`]+)`", refusals)
        self.tests = re.findall(r"`([^`]+)`", tests)


def rows(folder):
    found = []
    for line in (folder / TABLE).read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and re.fullmatch(r"[A-Z]\d+", cells[0]):
            if len(cells) != 5:
                raise SystemExit(f"{TABLE}: {cells[0]} has {len(cells)} cells, not 5")
            found.append(Row(cells))
    return found


def resolve(folder, path):
    for root in ROOTS:
        if (folder / root / path).is_file():
            return pathlib.Path(root) / path
    return None


def check(folder):
    """What the rows name and the repository does not have."""
    problems, tests, seen, sources = [], existing_tests(folder), set(), {}
    for row in rows(folder):
        if row.number in seen:
            problems.append(f"{row.number}: the number is there twice")
        seen.add(row.number)
        if not re.search(r"§|RFC|draft-", row.rule):
            problems.append(f"{row.number}: says nothing of where the rule is written")
        unmatched = set(row.refusals)
        for path, symbols in row.places:
            file = resolve(folder, path)
            if file is None:
                problems.append(f"{row.number}: there is no file {path}")
                continue
            swift = sources.setdefault(file, Swift((folder / file).read_text()))
            for symbol in symbols:
                bodies = swift.bodies(symbol)
                if not bodies:
                    problems.append(f"{row.number}: {path} has no {symbol}")
                unmatched -= {words for words in row.refusals if swift.find(words, bodies)}
            if not symbols:
                unmatched -= {words for words in row.refusals if swift.find(words, [(0, len(swift.text))])}
        problems += [f"{row.number}: no place that it names has {words}" for words in sorted(unmatched)]
        for test in row.tests:
            if test not in tests:
                problems.append(f"{row.number}: there is no test {test}")
        if row.places and not row.tests:
            problems.append(f"{row.number}: no test")
    if not seen:
        problems.append(f"{TABLE} has no rows: the pattern is wrong")
    return problems


class Mutant:
    """A check that can be switched off: one refusal of one row, at all places where the row finds it."""

    def __init__(self, number, row, words):
        self.number, self.row, self.words = number, row, words
        self.edits = []  # (file, start, end, text)
        self.problem = None


def mutants(folder, chosen):
    made, sources = [], {}
    for row in chosen:
        for words in row.refusals:
            mutant = Mutant(len(made) + 1, row, words)
            for path, symbols in row.places:
                file = resolve(folder, path)
                swift = sources.setdefault(file, Swift((folder / file).read_text()))
                ranges = [body for symbol in symbols for body in swift.bodies(symbol)]
                for position in swift.find(words, ranges or [(0, len(swift.text))]):
                    try:
                        for edit in swift.switch_off(position, words, mutant.number):
                            mutant.edits.append((file, *edit))
                    except UnknownShape as error:
                        mutant.problem = f"{file.name}: {error}"
            if not mutant.edits and not mutant.problem:
                mutant.problem = "nothing to switch off"
            made.append(mutant)
    return made


def overlay(folder, copy, active):
    """Brings the copy up to date, with the checks of `active` behind a switch; touches what differs only.

    Says whether anything did."""
    wanted, is_changed = {}, False
    for top in ["Sources", "Tests"]:
        for file in (folder / top).rglob("*"):
            if file.is_file():
                wanted[file.relative_to(folder)] = file.read_bytes()
    for name in ["Package.swift", "Package.resolved", "Package@swift-6.3.swift"]:
        if (folder / name).is_file():
            wanted[pathlib.Path(name)] = (folder / name).read_bytes()
    by_file = {}
    for mutant in active:
        for file, start, end, text in mutant.edits:
            by_file.setdefault(file, []).append((start, end, text))
    for file, edits in by_file.items():
        text = wanted[file].decode()
        last = len(text)
        for start, end, new in sorted(edits, reverse=True):
            if end > last:
                raise SystemExit(f"{file}: two rows switch off the same words; name one of them otherwise")
            text, last = text[:start] + new + text[end:], start
        wanted[file] = text.encode()
    for module in {file.parts[1] for file in by_file}:
        wanted[pathlib.Path("Sources") / module / "MutantSwitch.swift"] = SWITCH.encode()
    for top in ["Sources", "Tests"]:
        for file in (copy / top).rglob("*"):
            if file.is_file() and file.relative_to(copy) not in wanted:
                file.unlink()
                is_changed = True
    for file, data in wanted.items():
        target = copy / file
        if not target.is_file() or target.read_bytes() != data:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            is_changed = True
    return is_changed


def run(copy, prefix, words, number=None, limit=None):
    """Status, output and seconds. Without a limit to hold it, a loop may not end: then the status is `None`."""
    environment = dict(os.environ)
    environment.pop("MUTANT", None)
    if number is not None:
        environment["MUTANT"] = str(number)
    begin = time.monotonic()
    process = subprocess.Popen(
        [*prefix, *words], cwd=copy, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", start_new_session=True)
    try:
        output, _ = process.communicate(timeout=limit)
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        status = None
    return status, output, time.monotonic() - begin


def build(folder, copy, prefix, made):
    """Builds with all checks behind the switch; those that do not compile are left out."""
    active = [mutant for mutant in made if not mutant.problem]
    built = copy / ".build" / "mutants-built"
    while active:
        if not overlay(folder, copy, active) and built.is_file():
            return
        built.unlink(missing_ok=True)
        print(f"building {copy} with {len(active)} switches …", flush=True)
        status, output, seconds = run(copy, prefix, ["swift", "build", "-c", "release", "--build-tests"])
        if status == 0:
            print(f"built in {seconds:.0f} s", flush=True)
            built.touch()
            return
        blamed = set()
        for path, line in re.findall(r"^\S*?(Sources/\S+\.swift):(\d+):\d+: error:", output, re.M):
            lines = (copy / path).read_text().splitlines()
            for reach in range(6):
                near = lines[max(0, int(line) - 1 - reach):int(line) + reach]
                if numbers := re.findall(r"mutant\((\d+)\)", "\n".join(near)):
                    blamed.update(map(int, numbers))
                    break
        if not blamed:
            print("\n".join(output.splitlines()[-40:]))
            raise SystemExit("the copy does not build, and no switch is to blame")
        for mutant in active:
            if mutant.number in blamed:
                mutant.problem = "does not compile when it is switched off"
        active = [mutant for mutant in active if not mutant.problem]


def test(copy, prefix, names, number=None):
    """Whether tests ran at all, those that failed, how it ended, and the seconds."""
    if names:
        pattern = "|".join(re.escape(name) + r"\(" for name in sorted(names))
        chosen = ["--filter", rf"(?:^|\.)(?:{pattern})"]
    else:
        chosen = ["--skip", "VectorTests"]
    # The product itself, where it is a program: nothing has to be planned, and nothing waits for somebody else's build.
    products = [file for file in copy.glob(".build/release/*PackageTests.xctest") if file.is_file()]
    words = ["swift", "test", "-c", "release", "--skip-build"]
    if products:
        words = [str(products[0].relative_to(copy)), "--testing-library", "swift-testing"]
    status, output, seconds = run(copy, prefix, [*words, *chosen], number, limit=None if number is None else LIMIT)
    started = set(re.findall(r"Test (\w+)\(.*?\) started", output))
    failed = set(re.findall(r"Test (\w+)\(.*?\) (?:with \d+ test cases? )?(?:failed after|recorded an issue)", output))
    return started, failed, status, seconds, output


def mutate(folder, arguments):
    seed, count = arguments.mutate
    everything = mutants(folder, [row for row in rows(folder) if row.refusals])
    made = list(everything)
    if arguments.rows:
        wanted = arguments.rows.split(",")
        made = [mutant for mutant in made if mutant.row.number in wanted]
    random.Random(seed).shuffle(made)
    made = sorted(made[:count], key=lambda mutant: mutant.number)
    holder = None
    if arguments.copy:
        copy = pathlib.Path(arguments.copy)
        copy.mkdir(parents=True, exist_ok=True)
    else:
        holder = tempfile.TemporaryDirectory(prefix="mutants-")
        copy = pathlib.Path(holder.name)
    prefix = shlex.split(arguments.run_with)
    build(folder, copy, prefix, everything)
    names = {name for mutant in made for name in mutant.row.tests}
    started, failed, status, seconds, output = test(copy, prefix, names)
    if status != 0 or not started:
        print("\n".join(output.splitlines()[-20:]))
        raise SystemExit("the tests are not green without a mutation")
    print(f"all {len(names)} tests are green as long as nothing is switched off ({seconds:.0f} s)", flush=True)
    bad = 0
    print("| row | switched off | red | seconds |\n|---|---|---|---|")
    for mutant in made:
        words = mutant.words.replace("|", "\\|")
        if mutant.problem:
            print(f"| {mutant.row.number} | `{words}` | no: {mutant.problem} | |", flush=True)
            bad += 1
            continue
        tests = [] if arguments.any_test else mutant.row.tests
        started, failed, status, seconds, output = test(copy, prefix, tests, mutant.number)
        if failed:
            red = ", ".join(f"`{name}`" for name in sorted(failed))
        elif status is None:
            red = f"the tests do not end within {LIMIT} s"
        elif status != 0 and started:
            red = "the tests end in a crash"
        else:
            red, bad = "NOTHING", bad + 1
        print(f"| {mutant.row.number} | `{words}` | {red} | {seconds:.0f} |", flush=True)
    print(f"{len(made) - bad} of {len(made)} checks are missed when they are switched off")
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--mutate", nargs=2, type=int, metavar=("SEED", "COUNT"))
    parser.add_argument("--rows", help="only these, by their numbers")
    parser.add_argument("--copy", help="where the changed copy is kept; the next run builds there what is new only")
    parser.add_argument("--with", dest="run_with", default="", help="a command that swift is started by")
    parser.add_argument("--any-test", action="store_true", help="runs all tests, to see which ones notice")
    arguments = parser.parse_args()
    problems = check(arguments.folder)
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(1)
    if arguments.mutate:
        sys.exit(1 if mutate(arguments.folder, arguments) else 0)


main()
