#!/usr/bin/env python3
"""Computes the vectors of docs/formats.md without any code of this project.

usage: make_vectors.py > key-hierarchy.json      (needs the Python package `cryptography`, 44 or later)

All randomness is replaced by SHA-256 of a name, so that every run writes the same file.
"""
import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

KEY_STORE, AUTH_DELIVERY = b"key-store", b"auth-delivery"
PASSWORD, RECOVERY, DEVICE = 1, 2, 3

vectors = {}


def put(name, value):
    vectors[name] = value if isinstance(value, str) else value.hex()
    return value


def fill(name, count):
    """An input that would be random: recorded, so that a test can use it."""
    return put("input " + name, hashlib.sha512(name.encode()).digest()[:count])


# --- TLS presentation language (RFC 9420 section 2)

def u8(n): return n.to_bytes(1, "big")
def u32(n): return n.to_bytes(4, "big")
def u64(n): return n.to_bytes(8, "big")


def opaque(data):
    n = len(data)
    if n < 1 << 6:
        return u8(n) + data
    if n < 1 << 14:
        return (n | 1 << 14).to_bytes(2, "big") + data
    return (n | 2 << 30).to_bytes(4, "big") + data


def optional(data):
    return b"\0" if data is None else b"\1" + data


# --- Primitives

def label(name): return b"CloudMLS 1.0 " + name.encode()
def framing(name, *fields): return opaque(label(name)) + b"".join(opaque(f) for f in fields)
def mac(key, data): return hmac.new(key, data, hashlib.sha256).digest()
def sha256(data): return hashlib.sha256(data).digest()


def extract(salt, ikm): return mac(salt or bytes(32), ikm)


def expand(prk, info, length):
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = mac(prk, block + info + u8(counter))
        out, counter = out + block, counter + 1
    return out[:length]


def derive(secret, name, *context, salt=b""):
    return expand(extract(salt, secret), framing(name, *context), 32)


def ed_public(seed): return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
def x_public(key): return X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
def sign(seed, content, name): return Ed25519PrivateKey.from_private_bytes(seed).sign(framing(name, content))
def seal(key, nonce, plaintext, aad): return nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def hpke_seal(public_key, ephemeral, info, aad, plaintext, psk=b"", psk_id=b""):
    """RFC 9180, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, sequence number 0."""
    kem, suite = b"KEM\0\x20", b"HPKE\0\x20\0\x01\0\x02"

    def lextract(suite_id, salt, name, ikm): return extract(salt, b"HPKE-v1" + suite_id + name + ikm)

    def lexpand(suite_id, prk, name, info, length):
        return expand(prk, length.to_bytes(2, "big") + b"HPKE-v1" + suite_id + name + info, length)

    enc = x_public(ephemeral)
    dh = X25519PrivateKey.from_private_bytes(ephemeral).exchange(X25519PublicKey.from_public_bytes(public_key))
    shared = lexpand(kem, lextract(kem, b"", b"eae_prk", dh), b"shared_secret", enc + public_key, 32)
    context = (u8(1 if psk else 0) + lextract(suite, b"", b"psk_id_hash", psk_id)
               + lextract(suite, b"", b"info_hash", info))
    secret = lextract(suite, shared, b"secret", psk)
    key = lexpand(suite, secret, b"key", context, 32)
    nonce = lexpand(suite, secret, b"base_nonce", context, 12)
    return enc, AESGCM(key).encrypt(nonce, plaintext, aad)


# --- KDF

def argon2id(password, salt, memory, iterations, lanes):
    return Argon2id(salt=salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory).derive(password)


password = "correct horse battery staple"
kdf_salt = fill("kdf salt", 16)
put("kdf argon2id 8 1 1", argon2id(password.encode(), kdf_salt, 8, 1, 1))
put("kdf argon2id 64 2 2", argon2id(password.encode(), kdf_salt, 64, 2, 2))
put("kdf argon2id 19456 2 1", argon2id(password.encode(), kdf_salt, 19456, 2, 1))
password_key = put("kdf argon2id 65536 3 4", argon2id(password.encode(), kdf_salt, 65536, 3, 4))
put("kdf pbkdf2 1", hashlib.pbkdf2_hmac("sha512", password.encode(), kdf_salt, 1, 32))
put("kdf pbkdf2 1000", hashlib.pbkdf2_hmac("sha512", password.encode(), kdf_salt, 1000, 32))
put("kdf pbkdf2 210000", hashlib.pbkdf2_hmac("sha512", password.encode(), kdf_salt, 210000, 32))
put("kdf nfc argon2id 8 1 1", argon2id("Caf\u00e9 \u1e69 \uac00".encode(), kdf_salt, 8, 1, 1))
kdf_default = put("format PasswordKDF argon2id", u8(1) + u32(65536) + u32(3) + u32(4) + kdf_salt)
put("format PasswordKDF pbkdf2", u8(2) + u32(210000) + kdf_salt)

# --- Identities and login keys

server_seed = fill("server seed", 32)
server_id = put("server id", sha256(ed_public(server_seed)))
for role, name in ((KEY_STORE, "key-store"), (AUTH_DELIVERY, "auth-delivery")):
    put(f"login password {name} seed", derive(password_key, "login", role, server_id))
    put(f"login password {name} public", ed_public(derive(password_key, "login", role, server_id)))
code = fill("recovery code", 20)
for role, name in ((KEY_STORE, "key-store"), (AUTH_DELIVERY, "auth-delivery")):
    put(f"login recovery {name} seed", derive(code, "login", role))
    put(f"recovery {name} private", derive(code, "recovery-key", role))
    put(f"recovery {name} public", x_public(derive(code, "recovery-key", role)))
    put(f"recovery {name} psk", derive(code, "slot-psk", role))

alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
bits = "".join(f"{b:08b}" for b in code)
check = "".join(f"{b:08b}" for b in sha256(framing("recovery-code", u8(1), code)))[:15]
bits = f"{1:05b}" + bits + check
symbols = "".join(alphabet[int(bits[i:i + 5], 2)] for i in range(0, len(bits), 5))
put("recovery code text", "-".join(symbols[i:i + 4] for i in range(0, 36, 4)))

# --- Login

client_nonce, server_nonce = fill("client nonce", 32), fill("server nonce", 32)
request = opaque(KEY_STORE) + opaque(b"alice") + u8(PASSWORD) + client_nonce
put("format PreLoginRequest", request)
answer = request + server_id + server_nonce + optional(kdf_default) + u64(1_800_000_000)
put("format SignedPreLoginAnswer", u8(1) + ed_public(server_seed) + answer + sign(server_seed, answer, "pre-login"))
device_request = opaque(AUTH_DELIVERY) + opaque(b"alice") + u8(DEVICE) + client_nonce
device_answer = device_request + server_id + server_nonce + optional(None) + u64(1_800_000_000)
put("format SignedPreLoginAnswer device",
    u8(1) + ed_public(server_seed) + device_answer + sign(server_seed, device_answer, "pre-login"))
statement = (opaque(KEY_STORE) + server_id + opaque(b"alice") + server_nonce + client_nonce
             + opaque(b"https://keys.example:7464"))
login_seed = derive(password_key, "login", KEY_STORE, server_id)
put("format LoginProof", u8(1) + statement + sign(login_seed, statement, "login"))

# --- Slots

store_id, profile_id = fill("store id", 16), fill("profile id", 16)
data_key, profile_key = fill("data key", 32), fill("profile key", 32)
signing_seed, device_key = fill("store signing seed", 32), fill("device key", 32)
put("store public key", ed_public(signing_seed))


def slot(name, kind, role, scope_id, content, public_key=None, psk=b""):
    slot_id = fill(f"slot id {name}", 16)
    header = (u8(1) + slot_id + u8(kind) + opaque(role) + scope_id
              + optional(kdf_default if kind == PASSWORD else None) + optional(public_key))
    if kind == PASSWORD:
        wrap_key = put(f"wrap key {name}", derive(password_key, "wrap", scope_id))
        enc, ciphertext = b"", seal(wrap_key, fill(f"slot nonce {name}", 12), content, header)
    else:
        enc, ciphertext = hpke_seal(
            public_key, fill(f"slot ephemeral {name}", 32), framing("slot", header), header, content,
            psk, label("slot-psk") if psk else b"")
    body = header + opaque(enc) + opaque(ciphertext)
    return slot_id, put(f"format Slot {name}", body + sign(signing_seed, body, "slot"))


slots = [
    slot("store password", PASSWORD, KEY_STORE, store_id, data_key),
    slot("store recovery", RECOVERY, KEY_STORE, store_id, data_key,
         x_public(derive(code, "recovery-key", KEY_STORE)), derive(code, "slot-psk", KEY_STORE)),
    slot("store device", DEVICE, KEY_STORE, store_id, data_key, x_public(device_key)),
]
put("slots digest", sha256(opaque(b"".join(body for _, body in sorted(slots)))))
profile_slots = [
    slot("profile password", PASSWORD, AUTH_DELIVERY, profile_id, profile_key),
    slot("profile recovery", RECOVERY, AUTH_DELIVERY, profile_id, profile_key,
         x_public(derive(code, "recovery-key", AUTH_DELIVERY)), derive(code, "slot-psk", AUTH_DELIVERY)),
]

# --- Keyring

object_keys = [(1, fill("object key 1", 32)), (2, fill("object key 2", 32))]
blinding_key, local_key, ad_id = fill("name blinding key", 32), fill("local storage key", 32), fill("ad server id", 32)


def recipient(kind, public_key=None, psk=None): return u8(kind) + optional(public_key) + optional(psk)


keyring = (
    u8(1) + opaque(b"".join(u32(i) + k for i, k in object_keys)) + u32(2) + blinding_key + local_key + signing_seed
    + opaque(
        slots[0][0] + recipient(PASSWORD)
        + slots[1][0] + recipient(RECOVERY, x_public(derive(code, "recovery-key", KEY_STORE)),
                                  derive(code, "slot-psk", KEY_STORE))
        + slots[2][0] + recipient(DEVICE, x_public(device_key)))
    + opaque(
        profile_slots[0][0] + recipient(PASSWORD)
        + profile_slots[1][0] + recipient(RECOVERY, x_public(derive(code, "recovery-key", AUTH_DELIVERY)),
                                          derive(code, "slot-psk", AUTH_DELIVERY)))
    + profile_key + ad_id)
put("format Keyring", keyring)
header = u8(1) + store_id + u64(7)
sealed = header + opaque(seal(put("keyring key", derive(data_key, "keyring")), fill("keyring nonce", 12), keyring, header))
put("format SealedKeyring", sealed + sign(signing_seed, sealed, "keyring"))
handover_key = put("handover key", derive(fill("old data key", 32), "handover"))
handed = header + opaque(seal(handover_key, fill("handover nonce", 12), data_key, header))
put("format DataKeyHandover", handed + sign(signing_seed, handed, "handover"))

# --- Objects

path, object_random = b"groups/0001/head", fill("object random", 32)
name = put("blinded name", mac(blinding_key, path))
aad = u8(1) + store_id + u32(2) + name + u64(5)
object_key = put("object key", derive(object_keys[1][1], "object", aad, salt=object_random))
put("format Object", u8(1) + u32(2) + object_random + AESGCM(object_key).encrypt(bytes(12), b"an object", aad))

# --- Profile

pin = fill("certificate pin", 32)
profile = (u8(1) + opaque(opaque(b"https://keys.example:7464") + opaque(b"http://192.168.1.2:7464")) + server_id
           + optional(pin) + opaque(b"alice") + store_id + ed_public(signing_seed) + u64(3))
put("format Profile", profile)
header = u8(1) + profile_id + u64(4)
sealed = header + opaque(
    seal(put("profile sealing key", derive(profile_key, "profile")), fill("profile nonce", 12), profile, header))
put("format SealedProfile", sealed + sign(signing_seed, sealed, "profile"))

# --- Anchors

incarnation, group_id = fill("incarnation", 16), fill("group id", 24)
anchor_key = put("anchor key", derive(profile_key, "anchor"))
name_key = put("anchor-name key", derive(profile_key, "anchor-name"))
group_name = put("anchor name group", mac(name_key, u8(1) + opaque(group_id)))
store_name = put("anchor name store", mac(name_key, u8(2) + opaque(store_id)))
group_anchor = put("format GroupAnchor", u8(1) + incarnation + u64(11) + u64(12) + u32(64) + u32(3))
behind_anchor = put("format GroupAnchor behind", u8(2) + group_anchor[1:])
anchored_commit = sha256(fill("anchored commit", 40))
commit_anchor = put("format GroupAnchor commit", u8(3) + group_anchor[1:] + anchored_commit)
put("format GroupAnchor commit behind", u8(4) + commit_anchor[1:])
store_anchor = put("format StoreAnchor", u8(1) + incarnation + u64(7) + bytes.fromhex(vectors["slots digest"]) + u64(9))
put("format SealedAnchor group", u8(1) + seal(
    anchor_key, fill("group anchor nonce", 12), group_anchor, u8(1) + group_name + u64(6)))
put("format SealedAnchor group behind", u8(1) + seal(
    anchor_key, fill("behind anchor nonce", 12), behind_anchor, u8(1) + group_name + u64(7)))
put("format SealedAnchor group commit", u8(1) + seal(
    anchor_key, fill("commit anchor nonce", 12), commit_anchor, u8(1) + group_name + u64(8)))
put("format SealedAnchor store", u8(1) + seal(
    anchor_key, fill("store anchor nonce", 12), store_anchor, u8(1) + store_name + u64(2)))

# --- Moving to another key store

move_id, destination_id = fill("move id", 16), fill("destination server id", 32)
put("format MoveAnchor", u8(1) + u64(4) + move_id)
move_name = put("anchor name move", mac(name_key, u8(3) + opaque(store_id)))
put("format SealedAnchor move", u8(1) + seal(
    anchor_key, fill("move anchor nonce", 12), u8(1) + u64(4) + move_id, u8(1) + move_name + u64(1)))

follow_token = put("follow token", derive(data_key, "follow", move_id, destination_id))
put("follow token hash", sha256(follow_token))

moved_objects = [(fill("moved object name 1", 32), 5, b"an object"), (fill("moved object name 2", 32), 2, None)]
moved_keyring = bytes.fromhex(vectors["format SealedKeyring"])
digested = u8(1) + store_id + u64(len(moved_objects))
for object_name, object_revision, body in sorted(moved_objects):
    digested += object_name + u64(object_revision) + u8(body is None) + (bytes(32) if body is None else sha256(body))
digested += u64(7) + sha256(moved_keyring) + u64(len(slots))
for slot_id, body in sorted(slots):
    digested += slot_id + body[17:18] + u64(1) + sha256(body)
store_digest = put("store digest", sha256(digested))

moved = u8(1) + store_id + move_id + server_id + destination_id + store_digest
put("format SignedMovedStatement", moved + sign(server_seed, moved, "moved"))

next_profile = (u8(1) + opaque(opaque(b"https://new.example:7464")) + destination_id + optional(None) + opaque(b"alice")
                + store_id + ed_public(signing_seed) + u64(4))
header = u8(1) + store_id + move_id
forward = header + opaque(
    seal(put("forward key", derive(profile_key, "forward")), fill("forward nonce", 12), next_profile, header))
put("format ForwardPointer", forward + sign(signing_seed, forward, "forward"))

# --- Archive

archive_header = put("format ArchiveHeader", u8(1) + store_id + fill("archive salt", 32)
                     + opaque(slots[0][1] + slots[1][1]))
archive_key = put("archive key", derive(
    data_key, "archive", sha256(archive_header), salt=bytes.fromhex(vectors["input archive salt"])))
archived_slots = b"".join(
    body + u64(1) + optional(None if index == 0 else ed_public(derive(code, "login", KEY_STORE)))
    for index, (_, body) in enumerate(slots[:2]))
archive_contents = put("format ArchiveRecord contents", u8(1) + u64(len(moved_objects)) + u64(7) + opaque(moved_keyring)
                       + opaque(archived_slots))
archive_objects = b"".join(
    u8(2) + object_name + u64(object_revision) + optional(None if body is None else opaque(body))
    for object_name, object_revision, body in moved_objects)
archive_end = put("format ArchiveRecord end", u8(3) + u64(len(moved_objects)) + store_digest)
put("archive chunk 0", AESGCM(archive_key).encrypt(bytes(12), archive_contents, b""))
put("archive chunk 1", AESGCM(archive_key).encrypt(u8(1) + bytes(3) + u64(1), archive_objects + archive_end, b""))

# --- Setup code

setup = u8(1) + opaque(b"https://keys.example:7464") + server_id + optional(pin) + fill("setup token", 32)
text = base64.urlsafe_b64encode(setup + sha256(framing("setup-code", setup))[:4]).decode().rstrip("=")
put("setup code text", "cloudmls-setup1:" + text)

print(json.dumps(vectors, indent=2))
