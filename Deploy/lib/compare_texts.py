#!/usr/bin/env python3
"""Compares what `cloudmls read --all --json` printed with files: the texts that could be read, in order, byte by byte.

Usage: compare_texts.py JSON FILE...
"""

import json
import sys
from pathlib import Path


def main():
    messages = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["messages"]
    read = [message["text"].encode() for message in messages if "text" in message]
    expected = [Path(name).read_bytes() for name in sys.argv[2:]]
    if read == expected:
        return 0
    print(f"{len(read)} texts were read, {len(expected)} expected:", file=sys.stderr)
    for text in read:
        print(f"  {len(text)} bytes: {text[:60]!r}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
