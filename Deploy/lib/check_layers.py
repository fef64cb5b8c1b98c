"""Checks that imports point downwards only: the table below is the one in docs/architecture.md.

Usage: check_layers.py FOLDER, a checkout of the project.
"""

import pathlib
import re
import sys

# Every module of ours, with the modules of ours that it may import.
OURS = {
    "MLSCodec": set(),
    "MLS": {"MLSCodec"},
    "COpenSSL": set(),
    "MLSCrypto": {"MLS", "MLSCodec", "COpenSSL"},
    "MLSVectors": {"MLS", "MLSCodec", "MLSCrypto"},
    "MLSPeer": {"MLS", "MLSCodec", "MLSCrypto"},
    "MLSBench": {"MLS", "MLSCodec", "MLSCrypto"},
    "CArgon2": set(),
    "CSQLite": set(),
    "KeyHierarchy": {"MLSCodec", "CArgon2"},
    "CloudMLSAPI": {"KeyHierarchy", "MLSCodec"},
    "ServerKit": {"CloudMLSAPI", "KeyHierarchy", "MLSCodec", "CSQLite"},
    "KeyStoreServer": {"ServerKit", "CloudMLSAPI", "KeyHierarchy", "MLSCodec"},
    "AuthDeliveryServer": {"ServerKit", "CloudMLSAPI", "KeyHierarchy", "MLSCodec", "MLS", "MLSCrypto"},
    "CloudMLSClient": {"CloudMLSAPI", "KeyHierarchy", "MLSCodec", "MLS", "MLSCrypto"},
    "CommandSupport": set(),
    "ServerOptions": {"CommandSupport", "ServerKit", "CloudMLSAPI", "KeyHierarchy"},
    "KeyStoreServerCommand": {
        "KeyStoreServer", "ServerOptions", "CommandSupport", "ServerKit", "CloudMLSAPI", "KeyHierarchy",
    },
    "AuthDeliveryServerCommand": {
        "AuthDeliveryServer", "ServerOptions", "CommandSupport", "ServerKit", "CloudMLSAPI", "KeyHierarchy",
    },
    "CloudMLSCommand": {"CommandSupport", "CloudMLSClient", "CloudMLSAPI", "KeyHierarchy"},
    "BenchCommand": {
        "CloudMLSAPI", "KeyHierarchy", "MLS", "MLSBench", "MLSCodec", "MLSCrypto", "MLSPeer", "MLSVectors",
    },
}

SERVERS = {"ServerKit", "KeyStoreServer", "AuthDeliveryServer"}
COMMANDS = {name for name in OURS if name.endswith("Command")}

# Modules of others that may be imported only in some places: a module, or a folder inside one.
RESTRICTED = {
    "GRDB": {"ServerKit", "KeyStoreServer/Storage", "AuthDeliveryServer/Storage"},
    "CLibPQ": {"ServerKit", "AuthDeliveryServer/Storage"},
    "Hummingbird": SERVERS | {"BenchCommand/KeyStore"},
    "HummingbirdCore": SERVERS,
    "HummingbirdTLS": {"ServerKit"},
    "NIOSSL": {"ServerKit", "CloudMLSClient/Transport"},
    "ServiceLifecycle": SERVERS | {"KeyStoreServerCommand", "AuthDeliveryServerCommand"},
    "AsyncHTTPClient": {"CloudMLSClient/Transport"},
    "ArgumentParser": COMMANDS | {"ServerOptions"},
    "Crypto": {"MLSCrypto", "KeyHierarchy", "CloudMLSClient", "MLSBench"} | SERVERS,
    "CryptoExtras": {"MLSCrypto", "KeyHierarchy"},
}

# Modules that a target may not import at all, for it must stay free of them.
FORBIDDEN = {
    "MLSCodec": {"Foundation", "FoundationEssentials", "Dispatch", "Glibc", "Darwin", "Synchronization"},
    "MLS": {"Foundation", "FoundationEssentials", "Dispatch", "Glibc", "Darwin", "NIOCore"},
    "MLSCrypto": {"NIOCore"},
    "KeyHierarchy": {"NIOCore", "Dispatch"},
    "CloudMLSAPI": {"NIOCore", "Dispatch"},
}

IMPORT = re.compile(
    r"^\s*((?:@\w+(?:\([^)]*\))?\s+)*)(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias|actor)\s+)?([A-Za-z_]\w*)"
)
PUBLIC_TYPE = re.compile(r"^\s*public\s+(?:final\s+|indirect\s+)*(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)")


def main(root: pathlib.Path) -> int:
    faults = []
    files = 0
    for module_folder in sorted((root / "Sources").iterdir()):
        if module_folder.name not in OURS:
            faults.append(f"{module_folder.relative_to(root)}: this module is not in the table of layers")
    for path in sorted((root / "Sources").rglob("*.swift")) + sorted((root / "Tests").rglob("*.swift")):
        files += 1
        faults += check_file(path.relative_to(root), path.read_text(encoding="utf-8"))
    if files == 0:
        faults.append("there is no source file: is this the right folder?")
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(f"  {files} files")
    return 1 if faults else 0


def check_file(path: pathlib.PurePath, text: str) -> list[str]:
    faults = []
    in_sources = path.parts[0] == "Sources"
    module = path.parts[1]
    place = "/".join(path.parts[1:])
    for number, line in enumerate(text.splitlines(), start=1):
        where = f"{path}:{number}"
        found = IMPORT.match(line)
        if found:
            attributes, imported = found.groups()
            if "@testable" in attributes:
                faults.append(f"{where}: @testable import; tests reach internals by package access")
            if not in_sources:
                continue
            if imported in OURS and imported != module and imported not in OURS.get(module, set()):
                faults.append(f"{where}: {module} must not import {imported}")
            if imported in FORBIDDEN.get(module, set()):
                faults.append(f"{where}: {module} must stay free of {imported}")
            allowed = RESTRICTED.get(imported)
            if allowed is not None and not any((place + "/").startswith(folder + "/") for folder in allowed):
                faults.append(f"{where}: {imported} belongs in {', '.join(sorted(allowed))} only")
        elif in_sources:
            found = PUBLIC_TYPE.match(line)
            if found and found.group(1) == module:
                faults.append(f"{where}: a public type is named like its module, {module}")
    return faults


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1])))
