"""Settings come from the environment before the file, and from the file before the defaults."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from raiox.cli.app import app
from raiox.cli.configuration import SCRIPT_VARIABLES, config_path, read_settings
from raiox.cli.errors import SettingInvalidError, SettingUnknownError
from raiox.settings import Settings
from raiox.settings.names import variables

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    """Nothing of this machine's own settings."""
    for name in [name for name in os.environ if name.startswith("RAIOX_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RAIOX_CONFIG", "")


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """Write the file of settings."""

    def configured(text: str) -> Path:
        path = tmp_path / "raiox.toml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setenv("RAIOX_CONFIG", str(path))
        return path

    return configured


def test_the_environment_wins_over_the_file_key_by_key(configured, monkeypatch):
    configured('data_dir = "/from/file"\n[web]\nlimits = false\nallowed_hosts = ["a"]')
    monkeypatch.setenv("RAIOX_WEB__ALLOWED_HOSTS", "b,c")
    monkeypatch.setenv("RAIOX_DATA_DIR", "/from/environment")

    settings = read_settings()

    assert settings.web.allowed_hosts == ("b", "c")
    assert settings.web.limits is False
    assert settings.data_dir == Path("/from/environment")
    assert read_settings(Path("/option")).data_dir == Path("/option")
    assert settings.records == Settings(_env_file=None).records


@pytest.mark.parametrize(
    ("text", "name", "nearest"),
    [
        ("[web]\nalowed_hosts = []", "web.alowed_hosts", "web.allowed_hosts"),
        ('datadir = "x"', "datadir", "data_dir"),
        ("[wbe]\nlimits = true", "wbe.limits", "web.limits"),
    ],
)
def test_a_name_in_the_file_that_is_no_setting_is_refused(configured, text, name, nearest):
    path = configured(text)

    with pytest.raises(SettingUnknownError) as refusal:
        read_settings()

    assert refusal.value.facts == {"name": f"{name} ({path})", "nearest": nearest}


def test_a_wrong_value_in_the_file_is_named_with_its_variable_and_the_file(configured):
    path = configured('[inference]\nn_threads = "zero"')

    with pytest.raises(SettingInvalidError) as refusal:
        read_settings()

    assert refusal.value.facts["variable"] == f"RAIOX_INFERENCE__N_THREADS ({path})"


def test_what_config_prints_is_read_back_as_the_same_settings(configured, monkeypatch):
    configured('examples_dir = "/a \\"b\\""\n[web]\nallowed_hosts = ["é"]\nsession_key = "hush"')
    monkeypatch.setenv("RAIOX_RECORDS__KEEP_IMAGES_H", "0.5")
    before = read_settings()

    printed = CliRunner().invoke(app, ["config"])
    configured(printed.stdout)
    monkeypatch.delenv("RAIOX_RECORDS__KEEP_IMAGES_H")
    after = read_settings()

    assert "hush" not in printed.output
    assert "keep_images_h = 0.5  # RAIOX_RECORDS__KEEP_IMAGES_H" in printed.stdout
    assert after.records == before.records
    assert after.examples_dir == before.examples_dir
    assert after.web.allowed_hosts == before.web.allowed_hosts == ("é",)


def test_with_every_comment_opened_the_printed_file_holds_every_setting_at_its_default():
    printed = CliRunner().invoke(app, ["config"]).stdout
    opened = re.sub(r"^# (\w+ = .+)$", r"\1", printed, flags=re.MULTILINE)
    document = tomllib.loads(opened)
    named = {
        f"RAIOX_{section}__{key}".upper()
        for section, table in document.items()
        if isinstance(table, dict)
        for key in table
    }

    without_default = {name for name, field in variables().items() if field.default is None}
    assert {name for name in variables() if "__" in name} - without_default <= named


def test_no_file_of_the_working_folder_is_read(tmp_path, monkeypatch):
    (tmp_path / "raiox.toml").write_text("[web]\nlimits = false")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RAIOX_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    assert config_path() != tmp_path / "raiox.toml"
    (tmp_path / "config" / "raiox").mkdir(parents=True)
    mine = tmp_path / "config" / "raiox" / "raiox.toml"
    mine.write_text("[web]\nlimits = false")
    assert config_path() == mine


def test_variables_of_scripts_are_no_misspelt_settings():
    texts = [path.read_text() for path in (ROOT / "scripts").rglob("*.sh")]
    read = set(re.findall(r"\bRAIOX_[A-Z_]+", "".join(texts))) - set(variables())

    assert read
    assert [name for name in read if not SCRIPT_VARIABLES.fullmatch(name)] == []
