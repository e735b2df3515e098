"""Fuzz the decoders guided by coverage: what reaches new lines of raiox or pydicom is mutated further.

Runs in this very process, without the sandbox, so that libFuzzer sees every line; a crash, a hang or
a wrong answer ends it, and the file is kept in tests/torture/corpus/. `fuzz.py` calls it where
Atheris is installed (`pip install atheris`: Linux, and not every Python).

Run:  python tests/torture/fuzz_guided.py SECONDS SEED FOLDER_OF_FINDS
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus"
sys.path[:0] = [str(ROOT / part) for part in ("src", "tests", "tests/unit/intake")]

import atheris  # noqa: E402  (the path was set above)

with atheris.instrument_imports(include=["raiox.intake", "pydicom"]):
    from raiox.intake.decode import decode
    from raiox.intake.sniff import sniff

import numpy as np  # noqa: E402
from test_intake_fuzz import seeds  # noqa: E402

from raiox.intake.errors import IntakeError  # noqa: E402
from raiox.intake.sandbox.decoder_api import (  # noqa: E402
    MAX_PIXEL_SPACING_MM,
    NOTES,
    Decoded,
    DecodeLimits,
)

LIMITS = DecodeLimits(
    max_pixels=2_000_000,
    min_side_px=64,
    max_inflated_bytes=16_000_000,
    max_jpeg_scans=64,
    decoder_memory_bytes=512_000_000,
    decoder_cpu_s=5,
    decoder_wall_s=8.0,
)
MAX_FILE_BYTES = 65_536
HANGS_AFTER_S = 60
MEMORY_MB = 2_500


def decode_one(content: bytes) -> None:
    """Decode a file and look at the answer; a refusal is one, too."""
    try:
        decoded = decode(sniff(content), content, LIMITS)
    except (IntakeError, MemoryError):
        return
    require_sound(decoded)


def require_sound(decoded: Decoded) -> None:
    """Raises: AssertionError where the answer is not what crosses the border."""
    pixels, spacing_mm = decoded.pixels, decoded.pixel_spacing_mm
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 2
    assert pixels.flags.c_contiguous
    assert min(pixels.shape) >= LIMITS.min_side_px
    assert pixels.size <= LIMITS.max_pixels
    assert set(decoded.notes) <= NOTES
    assert spacing_mm is None or 0 < spacing_mm <= MAX_PIXEL_SPACING_MM
    assert decoded.values is None or decoded.values.samples.shape == pixels.shape


def main(seconds: str, seed: str, finds: str) -> None:
    """Fuzz until the time is over; libFuzzer ends the process."""
    folder = Path(finds)
    for number, content in enumerate(seeds()):
        (folder / f"seed-{number}").write_bytes(content)
    CORPUS.mkdir(exist_ok=True)
    atheris.Setup(
        [
            sys.argv[0],
            *(f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={MAX_FILE_BYTES}"),
            *(f"-timeout={HANGS_AFTER_S}", f"-rss_limit_mb={MEMORY_MB}"),
            *("-print_final_stats=1", f"-artifact_prefix={CORPUS}/"),
            *(str(folder), str(CORPUS)),
        ],
        decode_one,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
