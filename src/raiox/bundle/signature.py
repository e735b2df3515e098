"""Who made a bundle: an Ed25519 signature of its manifest, which names every other file by its hash.

Keys and signatures are written in base64, so that a key fits into a setting. The library for them
belongs to the extra `signatures` and is imported where it is used.
Source: RFC 8032 ("Edwards-Curve Digital Signature Algorithm").
"""

import base64
import binascii
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from raiox.bundle.errors import BundleSignatureError, BundleUnsignedError
from raiox.bundle.manifest import MANIFEST_FILE

SIGNATURE_FILE: Final = f"{MANIFEST_FILE}.sig"
MAX_SIGNATURE_BYTES: Final = 128


def new_key() -> tuple[str, str]:
    """A private key, and the public one that belongs to it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    return _text(key.private_bytes_raw()), _text(key.public_key().public_bytes_raw())


def sign(folder: Path, private_key: str) -> None:
    """Write the signature of a bundle into its folder.

    Raises:
        ValueError: the key is none.
        OSError: there is no manifest, or the folder cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key, validate=True))
    signature = key.sign((folder / MANIFEST_FILE).read_bytes())
    (folder / SIGNATURE_FILE).write_text(f"{_text(signature)}\n", encoding="ascii")


def require_signature(folder: Path, trusted_keys: Iterable[str]) -> None:
    """Look whether one of these public keys has signed the manifest of a bundle.

    Raises:
        BundleUnsignedError: it has no signature.
        BundleSignatureError: it has one, and it is none of theirs.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    file = folder / SIGNATURE_FILE
    if not file.is_file():
        raise BundleUnsignedError(bundle=folder.name)
    manifest = (folder / MANIFEST_FILE).read_bytes()
    for text in trusted_keys:
        try:
            with file.open("rb") as opened:
                signature = base64.b64decode(
                    opened.read(MAX_SIGNATURE_BYTES).strip(), validate=True
                )
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
            key.verify(signature, manifest)
        except (InvalidSignature, ValueError, binascii.Error):
            continue
        return
    raise BundleSignatureError(bundle=folder.name)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
