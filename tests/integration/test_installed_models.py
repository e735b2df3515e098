"""Networks are installed and chosen only when they answer; a running service switches by itself."""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from pwd import getpwuid

import httpx
import pytest
from bundles import shipped
from typer.testing import CliRunner

from raiox.bundle.errors import BundleChecksumError, BundleMissingError
from raiox.cli.app import app
from raiox.inference.errors import DataDirOfOtherError, ModelFixedError, ModelNameError
from raiox.inference.installed_models import CHOICE_FILE, FOLDER, InstalledModels
from raiox.settings import InferenceSettings

SWITCH_S = 60.0


@pytest.fixture
def models(tmp_path) -> InstalledModels:
    shipped("mobilenet"), shipped("densenet")
    return InstalledModels(InferenceSettings(), tmp_path)


def test_a_chosen_network_is_in_use_until_another_is(models, tmp_path):
    before = models.folder_of("classifier").name
    models.use("densenet")
    after = InstalledModels(InferenceSettings(), tmp_path).folder_of("classifier").name
    models.use("mobilenet")

    assert (before, after) == ("mobilenet", "densenet")
    assert models.folder_of("classifier").name == "mobilenet"
    assert models.folder_of("frontal_filter").name == "frontal_filter"


def test_an_installed_network_is_a_copy_with_its_own_name(models, tmp_path):
    models.install(shipped("densenet"), "mine")
    models.use("mine")

    assert models.folder_of("classifier") == tmp_path / FOLDER / "mine"
    for name in ("mine", "mobilenet", "../x", ""):
        with pytest.raises(ModelNameError):
            models.install(shipped("densenet"), name)


def test_what_cannot_be_verified_is_neither_installed_nor_chosen(models, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(shipped("densenet"), broken)
    with (broken / "model.onnx").open("ab") as file:
        file.write(b"x")

    with pytest.raises(BundleChecksumError):
        models.install(broken, "broken")
    with pytest.raises(BundleMissingError):
        models.use("broken")
    assert not models.choice_file.exists()
    assert "broken" not in models.folders()


def test_nothing_is_written_into_the_data_folder_of_another_user(models, tmp_path, monkeypatch):
    owner = tmp_path.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)

    for write in (
        lambda: models.install(shipped("densenet"), "mine"),
        lambda: models.use("densenet"),
    ):
        with pytest.raises(DataDirOfOtherError) as refusal:
            write()
        assert refusal.value.facts == {"path": str(tmp_path), "owner": getpwuid(owner).pw_name}
    assert not (tmp_path / FOLDER).exists()


def test_a_setting_wins_over_a_choice(tmp_path):
    shipped("densenet")
    fixed = InstalledModels(InferenceSettings(classifier_bundle="mobilenet"), tmp_path)
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / CHOICE_FILE).write_text('{"classifier": "densenet"}')

    assert fixed.folder_of("classifier").name == "mobilenet"
    with pytest.raises(ModelFixedError) as refusal:
        fixed.use("densenet")
    assert refusal.value.facts == {"variable": "RAIOX_INFERENCE__CLASSIFIER_BUNDLE"}


@pytest.mark.parametrize("text", ["{", "[]", '{"classifier": "../../x"}', '{"classifier": 7}'])
def test_a_damaged_choice_is_none(tmp_path, text):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / CHOICE_FILE).write_text(text)

    assert InstalledModels(InferenceSettings(), tmp_path).in_use() == InferenceSettings()


def test_list_and_verify_name_what_is_there_and_what_is_wrong(models, tmp_path):
    models.install(shipped("densenet"), "mine")
    with (tmp_path / FOLDER / "mine" / "model.onnx").open("ab") as file:
        file.write(b"x")
    options = ["--data-dir", str(tmp_path)]

    listed = CliRunner().invoke(app, ["models", "list", *options])
    verified = CliRunner().invoke(app, ["models", "verify", "mine", "mobilenet", *options])

    stars = {line.split()[1] for line in listed.stdout.splitlines() if line.startswith("*")}
    assert stars == {"frontal_filter", "mobilenet", "lungs"}
    assert "bundle_checksum" in listed.stdout
    assert verified.exit_code == 1
    assert [line.split()[0] for line in verified.stdout.splitlines()] == ["failed", "ok"]


def current(url: str) -> tuple[str, str]:
    """The classifier that answers and the bundle whose report is shown."""
    with httpx.Client(base_url=url, verify=False) as client:
        model = client.get("/api/v1/models/current").json()["models"]["classifier"]
        report = client.get("/api/v1/models/current/report").json()
    return model["sha256"], report["bundle"]["sha256"]


def wait_for(condition) -> None:
    deadline = time.monotonic() + SWITCH_S
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError, KeyError):
            if condition():
                return
        time.sleep(0.2)
    pytest.fail("it did not happen in time")


@pytest.mark.slow
def test_a_running_service_switches_and_keeps_the_old_network_where_the_new_one_fails(tmp_path):
    hashes = {
        name: json.loads((shipped(name) / "manifest.json").read_text())["files"]["model.onnx"]
        for name in ("mobilenet", "densenet")
    }
    raiox = [sys.executable, "-c", "from raiox.cli.app import main; main()"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RAIOX_")}
    environment |= {"RAIOX_DATA_DIR": str(tmp_path), "RAIOX_CONFIG": ""}
    log = (tmp_path / "log").open("w+")
    serving = subprocess.Popen(
        [*raiox, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, stderr=log
    )
    try:
        url = serving.stdout.readline().decode().split()[-1].rstrip("/")
        wait_for(lambda: httpx.get(f"{url}/readyz", verify=False).status_code == 200)
        before = current(url)
        subprocess.run([*raiox, "models", "use", "densenet"], env=environment, check=True)
        wait_for(lambda: current(url)[0] == hashes["densenet"])
        switched = current(url)

        broken = tmp_path / FOLDER / "broken"
        shutil.copytree(shipped("mobilenet"), broken)
        (broken / "model.onnx").write_bytes(b"no network")
        (tmp_path / FOLDER / CHOICE_FILE).write_text('{"classifier": "broken"}')
        wait_for(lambda: "engine_kept" in (tmp_path / "log").read_text())
        kept = httpx.get(f"{url}/api/v1/models/current").json()["models"]["classifier"]["sha256"]
        ready = httpx.get(f"{url}/readyz").status_code
    finally:
        serving.terminate()
        serving.stdout.close()
        serving.wait()
        log.close()

    assert before == (hashes["mobilenet"],) * 2
    assert switched == (hashes["densenet"],) * 2
    assert (kept, ready) == (hashes["densenet"], 200)
    assert Path(broken).is_dir()
