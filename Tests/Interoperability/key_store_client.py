#!/usr/bin/env python3
"""Signs in at a key store, opens password slot and keyring, lists and reads the user's objects, and prints them as JSON.

Written from docs/key-store-protocol.md and docs/formats.md alone (the sections named below are those of formats.md), to
show that they are enough. Needs the packages `cryptography` and `argon2-cffi`.
"""
import argparse
import base64
import hashlib
import hmac
import json
import secrets
import sys
import unicodedata
import urllib.error
import urllib.parse
import urllib.request

import argon2.low_level
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ROLE = b"key-store"
KINDS = {"password": 1, "recovery": 2, "device": 3}


class Refused(Exception): """Something is not what it must be."""


def demand(condition, what):
    if not condition:
        raise Refused(what)


def b64(data): return base64.b64encode(data).decode()
def unb64(text): return base64.b64decode(text, validate=True)


# --- §1: RFC 9420 section 2

def uint(value, size): return value.to_bytes(size, "big")


def opaque(data):
    size = len(data)
    if size < 1 << 6:
        return uint(size, 1) + data
    return (uint(size | 1 << 14, 2) if size < 1 << 14 else uint(size | 2 << 30, 4)) + data


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, size):
        demand(self.at + size <= len(self.data), "a structure ends too early")
        self.at += size
        return self.data[self.at - size:self.at]

    def uint(self, size):
        return int.from_bytes(self.raw(size), "big")

    def opaque(self):
        first = self.uint(1)
        demand(first >> 6 < 3, "a length header of an unknown form")
        extra = (1 << (first >> 6)) - 1
        size = (first & 0x3F) << 8 * extra | self.uint(extra)
        demand(len(opaque(bytes(size))) == size + 1 + extra, "a length header is longer than necessary")
        return self.raw(size)

    def optional(self, read):
        presence = self.uint(1)
        demand(presence in (0, 1), "a presence byte is neither 0 nor 1")
        return read() if presence else None

    def vector(self, read):
        inner, values = Reader(self.opaque()), []
        while inner.at < len(inner.data):
            values.append(read(inner))
        return values

    def version(self): demand(self.uint(1) == 1, "a version that is not known")
    def end(self): demand(self.at == len(self.data), "bytes are left over")


def framing(label, *fields): return opaque(b"CloudMLS 1.0 " + label) + b"".join(map(opaque, fields))
def open_sealed(key, sealed, aad): return AESGCM(key).decrypt(sealed[:12], sealed[12:], aad)


def derive(secret, label, *fields, salt=None):
    return HKDF(SHA256(), 32, salt, framing(label, *fields)).derive(secret)


def verify(public_key, label, content, signature):
    Ed25519PublicKey.from_public_bytes(public_key).verify(signature, framing(label, content))


# --- §2: from the password to a key

def encode_kdf(kdf):
    is_argon2 = kdf["algorithm"] == "argon2id"
    names = ["memoryKiB", "iterations", "parallelism"] if is_argon2 else ["iterations"]
    return uint(1 if is_argon2 else 2, 1) + b"".join(uint(kdf[name], 4) for name in names) + unb64(kdf["salt"])


def read_kdf(reader):
    algorithm = reader.uint(1)
    demand(algorithm in (1, 2), "an unknown KDF")
    return uint(algorithm, 1) + reader.raw((12 if algorithm == 1 else 4) + 16)


def password_key(password, kdf):
    secret, salt = unicodedata.normalize("NFC", password).encode(), unb64(kdf["salt"])
    demand(1 <= len(secret) <= 1024 and len(salt) == 16, "the password or the salt has a length that none can have")
    if kdf["algorithm"] == "argon2id":
        memory, iterations, lanes = kdf["memoryKiB"], kdf["iterations"], kdf["parallelism"]
        demand(19 << 10 <= memory <= 1 << 20 and 2 <= iterations <= 16 and 1 <= lanes <= 16, "a KDF out of range")
        return argon2.low_level.hash_secret_raw(
            secret, salt, iterations, memory, lanes, 32, argon2.low_level.Type.ID, version=0x13)
    demand(kdf["algorithm"] == "pbkdf2-hmac-sha512", "an unknown KDF")
    demand(210_000 <= kdf["iterations"] <= 10_000_000, "a KDF out of range")
    return hashlib.pbkdf2_hmac("sha512", secret, salt, kdf["iterations"], 32)


# --- The protocol

class KeyStore:
    def __init__(self, address):
        parts = urllib.parse.urlsplit(address)
        demand(parts.scheme in ("http", "https") and parts.hostname, "an address such as https://keys.example.org")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        default = {"http": 80, "https": 443}[parts.scheme]
        port = "" if parts.port in (None, default) else f":{parts.port}"
        self.origin = f"{parts.scheme}://{host}{port}"
        self.token = self.incarnation = None

    def ask(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.origin + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                fields, data = answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            detail = json.load(error)["error"]
            raise Refused(f"{error.code} {detail['code']}: {detail['message']}") from None
        demand(fields["CloudMLS-Protocol"] == "key-store/1", "this is no key store of protocol 1")
        demand(self.incarnation in (None, fields["CloudMLS-Incarnation"]), "the server was restored meanwhile")
        self.incarnation = fields["CloudMLS-Incarnation"]
        return data

    def json(self, method, path, body=None): return json.loads(self.ask(method, path, body))

    def sign_in(self, user, password, pinned):
        """Gives the password's key. `pinned` is the serverId, or None to trust the one that is shown. §4"""
        client_nonce, name = secrets.token_bytes(32), user.encode()
        answer = self.json("POST", "/v1/auth/prelogin",
                           {"user": user, "kind": "password", "clientNonce": b64(client_nonce)})
        identity_key, server_nonce = unb64(answer["identityKey"]), unb64(answer["serverNonce"])
        server_id = hashlib.sha256(identity_key).digest()
        demand(pinned in (None, server_id), "this is another server than the one that is pinned")
        signed = (opaque(ROLE) + opaque(name) + uint(KINDS["password"], 1) + client_nonce + server_id + server_nonce
                  + b"\1" + encode_kdf(answer["kdf"]) + uint(answer["expires"], 8))
        verify(identity_key, b"pre-login", signed, unb64(answer["signature"]))
        key = password_key(password, answer["kdf"])
        login_key = Ed25519PrivateKey.from_private_bytes(derive(key, b"login", ROLE, server_id))
        statement = (opaque(ROLE) + server_id + opaque(name) + server_nonce + client_nonce
                     + opaque(self.origin.encode()))
        tokens = self.json("POST", "/v1/auth/login", {
            "user": user, "kind": "password", "clientNonce": b64(client_nonce), "serverNonce": b64(server_nonce),
            "origin": self.origin, "signature": b64(login_key.sign(framing(b"login", statement))),
            "deviceName": "key_store_client.py"})
        self.token = tokens["accessToken"]
        return key

    def changes(self):
        after, rows = 0, []
        while True:
            page = self.json("GET", f"/v1/changes?after={after}&limit=1000")
            rows, after = rows + page["changes"], page["cursor"]
            if not page["more"]:
                return rows, after

    def objects(self, names):
        """Bodies by name; None where there is none."""
        found = {}
        while len(found) < len(names):
            wanted = names[len(found):len(found) + 64]
            page = self.json("POST", "/v1/objects/read", {"names": [b64(name) for name in wanted]})["objects"]
            demand(page and [unb64(row["name"]) for row in page] == wanted[:len(page)], "other objects than asked for")
            found |= {unb64(row["name"]): row for row in page}
        return found


# --- §5, §6, §7: what the store holds

class Slot:
    def __init__(self, body):
        reader = Reader(body)
        reader.version()
        self.id, self.kind, role, self.store_id = reader.raw(16), reader.uint(1), reader.opaque(), reader.raw(16)
        kdf = reader.optional(lambda: read_kdf(reader))
        public_key = reader.optional(lambda: reader.raw(32))
        demand(role == ROLE and self.kind in KINDS.values(), "a slot of another server")
        demand((kdf is not None) == (self.kind == 1) == (public_key is None), "a slot of another form")
        self.header = body[:reader.at]
        kem_output, self.ciphertext = reader.opaque(), reader.opaque()
        self.signed = body[:reader.at]
        self.signature = reader.raw(64)
        reader.end()
        demand(self.kind != 1 or kem_output == b"", "a password slot with a KEM output")

    def verify(self, store_public_key): verify(store_public_key, b"slot", self.signed, self.signature)
    def open(self, key): return open_sealed(derive(key, b"wrap", self.store_id), self.ciphertext, self.header)


class Keyring:
    def __init__(self, sealed, data_key, store_id, revision, pinned):
        outer = Reader(sealed)
        outer.version()
        demand((outer.raw(16), outer.uint(8)) == (store_id, revision), "a keyring of another store or revision")
        header, ciphertext = sealed[:outer.at], outer.opaque()
        signed, signature = sealed[:outer.at], outer.raw(64)
        outer.end()
        if pinned:
            verify(pinned, b"keyring", signed, signature)
        reader = Reader(open_sealed(derive(data_key, b"keyring"), ciphertext, header))
        reader.version()
        self.object_keys = dict(reader.vector(lambda each: (each.uint(4), each.raw(32))))
        self.active_key_id, self.name_key, _ = reader.uint(4), reader.raw(32), reader.raw(32)
        signing_key = Ed25519PrivateKey.from_private_bytes(reader.raw(32))
        self.store_public_key = signing_key.public_key().public_bytes_raw()
        self.slots, _, _ = reader.vector(self.slot), reader.vector(self.slot), reader.raw(32)
        self.auth_delivery = reader.raw(32)
        reader.end()
        demand(self.active_key_id in self.object_keys, "a keyring without its active key")
        verify(self.store_public_key, b"keyring", signed, signature)

    @staticmethod
    def slot(each):
        return each.raw(16), each.uint(1), [each.optional(lambda: each.raw(32)) for _ in range(2)]

    def name(self, path): return hmac.new(self.name_key, path.encode(), hashlib.sha256).digest()

    def open(self, body, store_id, name, revision):
        reader = Reader(body)
        reader.version()
        key_id, salt = reader.uint(4), reader.raw(32)
        demand(key_id in self.object_keys, "an object under a key that the keyring does not have")
        aad = uint(1, 1) + store_id + uint(key_id, 4) + name + uint(revision, 8)
        key = derive(self.object_keys[key_id], b"object", aad, salt=salt)
        return AESGCM(key).decrypt(bytes(12), body[reader.at:], aad)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("server")
    parser.add_argument("user")
    parser.add_argument("--password-file", required=True)
    parser.add_argument("--server-id", type=bytes.fromhex)
    parser.add_argument("--store-public-key", type=bytes.fromhex)
    parser.add_argument("--path", action="append", default=[])
    options = parser.parse_args()
    with open(options.password_file, encoding="utf-8") as file:
        password = file.read().rstrip("\r\n")
    store = KeyStore(options.server)
    key = store.sign_in(options.user, password, options.server_id)
    slots = [Slot(unb64(row["body"])) for row in store.json("GET", "/v1/slots")["slots"]]
    for slot in slots if options.store_public_key else []:
        slot.verify(options.store_public_key)
    data_key = next(slot for slot in slots if slot.kind == KINDS["password"]).open(key)
    stored = store.json("GET", "/v1/keyring")
    store_id, revision = unb64(stored["storeID"]), stored["revision"]
    keyring = Keyring(unb64(stored["body"]), data_key, store_id, revision, options.store_public_key)
    for slot in slots:
        slot.verify(keyring.store_public_key)
        demand(slot.store_id == store_id, "a slot of another store")
    rows, cursor = store.changes()
    paths = {keyring.name(path): path for path in options.path}
    bodies = store.objects(list(dict.fromkeys([unb64(row["name"]) for row in rows] + list(paths))))
    objects = []
    for name, row in bodies.items():
        found = {"name": name.hex(), "path": paths.get(name), "revision": row["revision"], "plaintext": None}
        if row.get("body") is not None:
            found["plaintext"] = b64(keyring.open(unb64(row["body"]), store_id, name, row["revision"]))
        objects.append(found)
    store.ask("POST", "/v1/auth/logout")
    json.dump({"storeID": store_id.hex(), "storePublicKey": keyring.store_public_key.hex(), "keyringRevision": revision,
               "slots": [slot.id.hex() for slot in slots], "authDeliveryServerID": keyring.auth_delivery.hex(),
               "incarnation": store.incarnation, "cursor": cursor, "objects": objects}, sys.stdout, indent=2)


if __name__ == "__main__":
    try:
        main()
    except Refused as error:
        sys.exit(f"error: {error}")
