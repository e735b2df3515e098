"""Without one of the layers that keep decoders in, the service does not start unless that is allowed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import png
from serving import free_port

ROOT = Path(__file__).parents[2]
RAIOX = "from raiox.cli.app import main; main()"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")


def command(layers, *words):
    program = [sys.executable, "-c", RAIOX, *words]
    return [sys.executable, str(ROOT / "tests" / "weak_kernel.py"), layers, *program]


def environment(folder, **settings):
    named = {f"RAIOX_{name.upper()}": value for name, value in settings.items()}
    own = {"RAIOX_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C"}
    return os.environ | own | named


@pytest.mark.parametrize("layers", ["landlock", "namespaces", "seccomp", "landlock,namespaces"])
def test_without_a_layer_the_service_refuses_to_start_in_one_sentence(tmp_path, layers):
    done = subprocess.run(
        command(layers, "serve", "--port", str(free_port())),
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 2
    assert layers.replace(",", ", ") in _in_this_order(done.stderr)
    assert done.stderr.splitlines()[-1].endswith("[sandbox_too_weak]")
    assert "Traceback" not in done.stderr


def _in_this_order(text):
    """The layers as the parameters above name them."""
    return text.replace("namespaces, landlock", "landlock, namespaces")


def test_a_breach_is_refused_where_missing_layers_are_not(tmp_path):
    started = subprocess.run(
        command("seccomp", "serve", "--port", str(free_port())),
        env=environment(tmp_path, intake__confinement="no_breach"),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert started.returncode == 2
    assert started.stderr.splitlines()[-1].endswith("[sandbox_too_weak]")


def test_a_service_without_a_layer_and_without_a_breach_starts_and_says_what_is_missing(tmp_path):
    settings = {"intake__confinement": "no_breach"}
    with subprocess.Popen(
        command("landlock", "serve", "--port", str(free_port())),
        env=environment(tmp_path, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as service:
        said = next(line for line in service.stdout if "sandbox_" in line)
        service.terminate()

    assert "landlock" in said


@pytest.mark.parametrize("layer", ["landlock", "namespaces", "seccomp"])
def test_the_doctor_names_the_layer(tmp_path, layer):
    done = subprocess.run(
        command(layer, "doctor"),
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    [line] = [line for line in done.stdout.splitlines() if "decoder sandbox" in line]

    assert done.returncode == 1
    assert layer in line


def test_a_file_of_ones_own_is_read_as_long_as_nothing_is_open(tmp_path):
    image = tmp_path / "image.png"
    image.write_bytes(png())
    done = subprocess.run(
        command("namespaces", "predict", "--json", str(image)),
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert '"state": "done"' in done.stdout or '"state":"done"' in done.stdout
