#!/usr/bin/env python3
"""Searches every file of a server for texts that it must never learn.

Each text is looked for as it is, in hexadecimal of both cases, as JSON escapes it, and in base64 of both alphabets at
all three alignments. Before that, the same search has to find a canary that is planted in each of these forms into a
copy of the very same files: a search that finds nothing proves something only if it could have found it.

Exit status: 0 nothing found, 1 something found, 2 the search itself is not worth anything.
"""

import argparse
import base64
import json
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

MINIMUM_SIZE = 12  # bytes: shorter ones turn up by chance
PIECE_SIZE = 24  # a text may be torn at a page of the database, its pieces are not all
MAXIMUM_PIECES = 64  # of one text, spread evenly


class Unfit(Exception):
    """The search would prove nothing."""


def base64_forms(text):
    """What base64 of anything that contains the text contains for sure, one for each alignment."""
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + text).rstrip(b"=")
        first = (shift * 8 + 5) // 6  # characters that also depend on what stands before
        last = (shift + len(text)) * 8 // 6  # and from here on what comes after
        yield shift, encoded[first:last]


def forms(text):
    """Every form of a text, by name. Forms that do not differ are there once."""
    found = {text: "as it is"}
    found.setdefault(text.hex().encode(), "hexadecimal")
    found.setdefault(text.hex().upper().encode(), "HEXADECIMAL")
    try:
        found.setdefault(json.dumps(text.decode())[1:-1].encode(), "escaped JSON")
    except UnicodeDecodeError:
        pass  # a piece that was cut within a character
    for shift, encoded in base64_forms(text):
        found.setdefault(encoded, f"base64 at alignment {shift}")
        found.setdefault(encoded.translate(bytes.maketrans(b"+/", b"-_")), f"base64url at alignment {shift}")
    return {name: form for form, name in found.items()}


def pieces(text):
    """The text in pieces of `PIECE_SIZE` bytes, line by line; a line that is too short to search for is left out."""
    every = []
    for line in text.split(b"\n"):
        starts = range(0, max(1, len(line) - PIECE_SIZE + 1), PIECE_SIZE)
        every += [line[start : start + PIECE_SIZE] for start in starts]
    every = list(dict.fromkeys(piece for piece in every if len(piece) >= MINIMUM_SIZE))
    step = max(1, len(every) // MAXIMUM_PIECES)
    return every[::step]


def files_below(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    if not any(path.read_bytes()[:16] == b"SQLite format 3\0" for path in files):
        raise Unfit(f"there is no database below {folder}")
    if not any(path.name.endswith("-wal") and path.stat().st_size > 0 for path in files):
        raise Unfit(f"there is no -wal file below {folder}: is the server running?")
    if not any(path.suffix == ".log" for path in files):
        raise Unfit(f"there is no log below {folder}")
    return files


def search(files, texts):
    """(file, text, form) of everything that is there."""
    wanted = [(text, name, form) for text in texts for name, form in forms(text).items()]
    for path in files:
        content = path.read_bytes()
        for text, name, form in wanted:
            if form in content:
                yield path, text, name


def plant(folder, files):
    """Plants a canary in every form into a copy of the files, one at a time, and fails unless each is found."""
    count = 0
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "copy"
        shutil.copytree(folder, copy, symlinks=True, ignore_dangling_symlinks=True)
        for original in files:
            path = copy / original.relative_to(folder)
            content = path.read_bytes()
            # So written that each alignment and alphabet gives another form of it.
            canary = ("canary ä ???~~~>>> " + secrets.token_hex(8)).encode()
            if len(forms(canary)) != 10:
                raise Unfit("the canary does not tell the forms apart")
            if list(search([path], [canary])):
                raise Unfit("the canary was there before it was planted")
            for name in forms(canary):
                path.write_bytes(insert(content, planted(canary, name)))
                if name not in [found for _, _, found in search([path], [canary])]:
                    raise Unfit(f"a canary planted in {path.name} ({name}) was not found")
                count += 1
            path.write_bytes(content)
    return count


def planted(canary, name):
    """The canary in the middle of other bytes, written as a server would have written it."""
    before, after = b"before" + b"x" * 3, b"after!"
    if name == "hexadecimal":
        return (before + canary + after).hex().encode()
    if name == "HEXADECIMAL":
        return (before + canary + after).hex().upper().encode()
    if name == "escaped JSON":
        return json.dumps((before + canary + after).decode()).encode()
    if name.startswith("base64"):
        shift = int(name[-1])
        encode = base64.urlsafe_b64encode if "url" in name else base64.b64encode
        return encode(before + b"y" * shift + canary + after)
    return before + canary + after


def insert(content, what):
    middle = len(content) // 2
    return content[:middle] + what + content[middle:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the server's folder, with its log")
    parser.add_argument("--text", type=Path, action="append", default=[], help="a file whose content is looked for")
    parser.add_argument("--string", action="append", default=[], help="a string that is looked for in one piece")
    parser.add_argument("--control", help="a string that must be there, or the search proves nothing")
    options = parser.parse_args()
    try:
        files = files_below(options.folder)
        wanted = [os.fsencode(string) for string in options.string]
        for path in options.text:
            found = pieces(path.read_bytes())
            if not found:
                raise Unfit(f"no line of {path} has {MINIMUM_SIZE} bytes or more")
            wanted += found
        for text in wanted:
            if len(text) < MINIMUM_SIZE:
                raise Unfit(f"{text!r} is shorter than {MINIMUM_SIZE} bytes")
        if not wanted:
            raise Unfit("there is nothing to look for")
        if options.control and not list(search(files, [os.fsencode(options.control)])):
            raise Unfit(f"{options.control!r} is not found where it must be")
        canaries = plant(options.folder, files)
        hits = list(search(files, list(dict.fromkeys(wanted))))
    except (Unfit, OSError) as error:
        print(f"error: the search proves nothing: {error}", file=sys.stderr)
        return 2
    for path, text, name in hits:
        print(f"FOUND {text!r} ({name}) in {path}", file=sys.stderr)
    size = sum(path.stat().st_size for path in files)
    print(
        f"{len(files)} files, {size // 1024} KiB: {canaries} planted canaries found, "
        f"{len(wanted)} strings looked for, {len(hits)} found"
    )
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
