"""Registers a user at a key store that anyone may register at, signs in, and prints the access token.

Usage: register_user.py ADDRESS NAME [--receiving]. With --receiving the user's store is one that is on its way here from
another key store. Written, like the client whose parts it uses, from the documents alone.
"""

import pathlib
import secrets
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "Tests" / "Interoperability"))
import key_store_client as client  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: E402


def main(address: str, user: str, is_receiving: bool) -> None:
    store = client.KeyStore(address)
    server_id = client.unb64(store.json("GET", "/v1/server")["serverID"])
    password = secrets.token_hex(16)
    # The cheapest that a client takes: what is tested here is the server.
    kdf = {
        "algorithm": "argon2id", "memoryKiB": 19 << 10, "iterations": 2, "parallelism": 1,
        "salt": client.b64(secrets.token_bytes(16)),
    }
    key = client.password_key(password, kdf)
    login_key = Ed25519PrivateKey.from_private_bytes(client.derive(key, b"login", client.ROLE, server_id))
    store_id, slot_id, signing_key = secrets.token_bytes(16), secrets.token_bytes(16), Ed25519PrivateKey.generate()
    header = (client.uint(1, 1) + slot_id + client.uint(client.KINDS["password"], 1)
              + client.opaque(client.ROLE) + store_id + b"\1" + client.encode_kdf(kdf) + b"\0")
    nonce = secrets.token_bytes(12)
    wrapped = nonce + AESGCM(client.derive(key, b"wrap", store_id)).encrypt(nonce, secrets.token_bytes(32), header)
    slot = header + client.opaque(b"") + client.opaque(wrapped)
    slot = client.b64(slot + signing_key.sign(client.framing(b"slot", slot)))
    login = {"kind": "password", "kdf": kdf, "publicKey": client.b64(login_key.public_key().public_bytes_raw())}
    keyring = client.b64(b"a keyring")
    if is_receiving:
        store.ask("POST", "/v1/import", {
            "user": user, "storeID": client.b64(store_id), "contents": {
                "moveID": client.b64(secrets.token_bytes(16)), "keyringRevision": 1, "keyring": keyring,
                "slots": [{"id": client.b64(slot_id), "kind": "password", "revision": 1, "body": slot, "login": login}],
                "followHash": client.b64(secrets.token_bytes(32)),
            },
        })
    else:
        store.ask("POST", "/v1/register", {
            "user": user, "storeID": client.b64(store_id), "keyring": keyring, "slot": slot, "login": login,
        })
    store.sign_in(user, password, server_id)
    print(store.token)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], "--receiving" in sys.argv[3:])
