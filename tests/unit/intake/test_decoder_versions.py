"""No decoder with a known hole meets a file."""

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from raiox.intake.decoder_versions import OLDEST, require_decoders
from raiox.intake.errors import DecoderOutdatedError

PROJECT = Path(__file__).parents[3] / "pyproject.toml"


def installed(**others):
    return lambda package: others.get(package, version(package))


@pytest.mark.parametrize("old", ["12.2.0", "12.9.9", "9.5", "12.0.0rc1"])
def test_an_old_decoder_is_refused_by_name(old):
    with pytest.raises(DecoderOutdatedError) as refused:
        require_decoders(installed(pillow=old))

    assert refused.value.facts == {"package": "pillow", "version": old, "oldest": "13.0.0"}


@pytest.mark.parametrize("new", ["13.0.0", "13.0.1", "14.1", "13.0.0.post1"])
def test_a_newer_decoder_passes(new):
    assert require_decoders(installed(pillow=new)) is None


def test_what_is_required_to_install_is_required_to_run():
    required = tomllib.loads(PROJECT.read_text())["project"]["dependencies"]

    for package, oldest in OLDEST.items():
        [line] = [line for line in required if line.startswith(f"{package}>=")]
        written = line.removeprefix(f"{package}>=").partition(",")[0].split(".")
        assert (*map(int, written), 0)[: len(oldest)] == oldest
