"""Asks a key store for events in all ways but the good one, and in the good one: a stream that has no end is nothing for
schemathesis. Appends what it asked to a HAR file.

Usage: fuzz_events.py ADDRESS TOKEN FILE
"""

import http.client
import json
import random
import sys
import urllib.parse

PATH = "/v1/events"
HEADERS = ["CloudMLS-Protocol", "CloudMLS-Incarnation", "Cache-Control"]


def ask(address: str, method: str, path: str, headers: dict, body: bytes | None = None):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(address).netloc, timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    for name in HEADERS:
        if answer.getheader(name) is None:
            sys.exit(f"{method} {path} answers without {name}")
    return connection, answer


def main(address: str, token: str, file: str) -> None:
    good = {"Authorization": f"Bearer {token}"}
    random.seed(1)
    noise = ["".join(chr(random.randrange(0x21, 0x7f)) for _ in range(n)) for n in (1, 10, 100, 1_000)]
    cases = [("GET", PATH, {}, 401)]
    cases += [("GET", PATH, {"Authorization": value}, 401) for value in ["Bearer", "Bearer ", "Basic YTpi", *noise]]
    cases += [("GET", PATH, {"Authorization": f"Bearer {text}"}, 401) for text in [token[:-1], token + "A", *noise]]
    cases += [(method, PATH, good, 405) for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY", "TRACE"]]
    cases += [("GET", f"{PATH}?{query}", good, 200) for query in ["after=x", "%00", "a=1&a=2", "&&", "%ff%fe"]]
    cases += [("GET", PATH, good | {name: value}, 200) for name, value in [
        ("Accept", "text/event-stream"), ("Accept", "image/png"), ("Last-Event-ID", "99"), ("X-Long", "x" * 5_000)]]
    entries = []
    for method, path, headers, status in cases:
        connection, answer = ask(address, method, path, headers)
        if answer.status != status:
            sys.exit(f"{method} {path} with {headers} answers {answer.status}, not {status}")
        if status == 200:
            if answer.getheader("Content-Type") != "text/event-stream":
                sys.exit(f"the events are {answer.getheader('Content-Type')}")
            lines = []
            while not lines or lines[-1]:
                lines.append(answer.readline().decode().rstrip("\n"))
            if lines[0] != "event: change" or not lines[1].startswith("data: "):
                sys.exit(f"the first event is {lines}")
            data = json.loads(lines[1].removeprefix("data: "))
            if set(data) != {"cursor", "keyringRevision"} or not all(type(value) is int for value in data.values()):
                sys.exit(f"the first event has {data}")
        elif "code" not in json.loads(answer.read())["error"]:
            sys.exit(f"{method} {path} answers {status} without a code")
        connection.close()
        entries.append({"request": {"method": method, "url": address + path}, "response": {"status": answer.status}})
    with open(file, "w") as har:
        json.dump({"log": {"entries": entries}}, har)


if __name__ == "__main__":
    main(*sys.argv[1:])
