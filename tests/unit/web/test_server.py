"""Listening beyond this machine without limits needs a word."""

import os
import subprocess
import sys

import pytest

from raiox.settings import WebSettings
from raiox.web.server import PublicWithoutLimitsError, refuse_public_without_limits


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "raiox.example"])
def test_refuses_to_be_public_without_limits(host):
    with pytest.raises(PublicWithoutLimitsError):
        refuse_public_without_limits(WebSettings(limits=False), host)


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        (WebSettings(limits=False), "127.0.0.1"),
        (WebSettings(limits=False), "::1"),
        (WebSettings(limits=False), "localhost"),
        (WebSettings(), "0.0.0.0"),
        (WebSettings(limits=False, allow_public=True), "0.0.0.0"),
    ],
)
def test_listens_where_it_is_safe_or_allowed(settings, host):
    assert refuse_public_without_limits(settings, host) is None


PROGRAM = """
import gc, os, signal, sys
from functools import partial
from fakes import FakeEngine, FakeIntake
from raiox.settings import Settings
from raiox.web.server import run_server

def answers(_url):
    print(len(gc.get_objects()), gc.get_freeze_count(), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)

settings = Settings(data_dir=sys.argv[1])
run_server(settings, FakeEngine, FakeIntake, host="127.0.0.1", port=0, announce=answers)
"""


def test_what_lives_as_long_as_the_service_is_never_searched_for_garbage(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )

    n_searched, n_frozen = map(int, done.stdout.split())
    assert n_frozen > 20 * n_searched
