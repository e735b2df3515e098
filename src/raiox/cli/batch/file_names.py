"""Names of what is written for an image, beside the others of its folder."""

import os

from raiox.cli.batch.image_files import ImageFile

MAX_NAME_BYTES = 255
"""Of ext4, XFS, APFS and NTFS alike, at most."""


def file_name(file: ImageFile, sha256: str, ending: str) -> str:
    """As much of the image's name as fits, the start of its checksum, and an ending."""
    ending = f"-{sha256[:8]}{ending}"
    stem = "stdin" if str(file) == "-" else file.stem
    while len(os.fsencode(stem + ending)) > MAX_NAME_BYTES:
        stem = stem[:-1]
    return stem + ending
