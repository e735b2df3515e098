"""Every ordinary mistake with every command: one message that says what to do, no traceback."""

import os
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import typer.main
from bundles import shipped
from typer.testing import CliRunner, Result

from raiox.cli.app import app
from raiox.messages import load

BUNDLE, ABSENT, A_FILE, EMPTY_DIR, IMAGE, PORT, TABLE, READ_ONLY, LABELLED = (
    "{bundle}", "{absent}", "{file}", "{empty}", "{image}", "{port}", "{table}", "{readonly}", "{labelled}"
)  # fmt: skip
TRAINING = {"train", "repeat", "ablate", "export"}


@dataclass(frozen=True)
class Mistake:
    command: str
    code: str
    """Empty where Typer itself refuses the arguments."""
    environment: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join([*(f"{k}={v}" for k, v in self.environment.items()), self.command])


BAD_SETTINGS = [
    {"RAIOX_INTAKE__MAX_PIXELS": "abc"},
    {"RAIOX_INFERENCE__N_THREADS": "zero"},
    {"RAIOX_INFERENCE__BACKEND": "tpu"},
    {"RAIOX_WEB__ALLOWED_HOSTS": '["example.org"'},
    {"RAIOX_WEB": "not json"},
]
UNKNOWN_SETTINGS = [
    {"RAIOX_WEB__ALOWED_HOSTS": "example.org"},
    {"RAIOX_INFERENC__BACKEND": "cpu"},
    {"RAIOX_DATADIR": "var"},
    {"RAIOX_WEB": '{"limts": true}'},
]
READS_SETTINGS = [
    "serve", f"predict {IMAGE}", f"evaluate {BUNDLE}", f"leaks {TABLE}", "bench", "purge",
]  # fmt: skip
MISTAKES = [
    *(Mistake(c, "setting_invalid", e) for c in READS_SETTINGS for e in BAD_SETTINGS),
    *(Mistake("config", "setting_unknown", e) for e in UNKNOWN_SETTINGS),
    Mistake("config", "path_missing", {"RAIOX_CONFIG": ABSENT}),
    Mistake("config", "config_invalid", {"RAIOX_CONFIG": IMAGE}),
    Mistake("config", "path_unusable", {"RAIOX_CONFIG": EMPTY_DIR}),
    Mistake("serve --host 0.0.0.0", "public_without_limits", {"RAIOX_WEB__LIMITS": "false"}),
    Mistake(f"serve --port {PORT}", "address_in_use"),
    Mistake("serve --host 192.0.2.1", "address_unusable"),
    Mistake("serve --host no-such-host.invalid", "address_unusable"),
    Mistake("serve --port 99999", ""),
    Mistake(f"serve --data-dir {A_FILE}", "data_dir_unusable"),
    Mistake(f"serve --data-dir {READ_ONLY}/x", "data_dir_unusable"),
    Mistake("serve", "data_dir_unusable", {"RAIOX_DATA_DIR": f"{A_FILE}/below"}),
    Mistake(f"work --data-dir {A_FILE}", "data_dir_unusable"),
    Mistake("work --port 99999", ""),
    Mistake(f"export-site {A_FILE}", "path_unusable"),
    Mistake(f"export-site {READ_ONLY}/x", "path_unusable"),
    Mistake("export-site .", "folder_not_empty"),
    Mistake(f"predict {ABSENT}", "path_missing"),
    Mistake(f"predict {EMPTY_DIR}", "nothing_to_read"),
    Mistake("predict", ""),
    Mistake(f"predict {IMAGE} --csv {TABLE}", "output_exists"),
    Mistake(f"predict {IMAGE} --csv {TABLE} --resume", "resume_mismatch"),
    Mistake(f"predict {IMAGE} --csv {READ_ONLY}/x.csv", "path_unusable"),
    Mistake(f"predict {IMAGE} --csv {EMPTY_DIR}", "path_unusable"),
    Mistake(f"predict {IMAGE} --csv {A_FILE}/below/x.csv", "path_unusable"),
    Mistake(f"predict {IMAGE} --heatmaps {READ_ONLY}/maps", "path_unusable"),
    Mistake(f"predict {IMAGE} --heatmaps {A_FILE}", "path_unusable"),
    Mistake(f"predict {IMAGE} --json --csv {ABSENT}", ""),
    Mistake(f"predict {IMAGE} --resume", ""),
    Mistake(f"predict {IMAGE} --csv {ABSENT} --resume --overwrite", ""),
    Mistake(f"predict {IMAGE}", "bundle_missing", {"RAIOX_INFERENCE__CLASSIFIER_BUNDLE": "nope"}),
    Mistake(f"predict {IMAGE}", "bundle_missing", {"RAIOX_INFERENCE__MODELS_DIR": ABSENT}),
    Mistake(f"predict {IMAGE}", "backend_missing", {"RAIOX_INFERENCE__BACKEND": "cuda"}),
    Mistake("bench", "bundle_missing", {"RAIOX_INFERENCE__CLASSIFIER_BUNDLE": "nope"}),
    Mistake(f"bench --train {ABSENT}", "extra_missing"),
    Mistake("bench --stage 0", ""),
    Mistake("bench --train x.py --steps 0", ""),
    Mistake(f"evaluate {ABSENT}", "path_missing"),
    Mistake(f"evaluate {EMPTY_DIR}", "bundle_missing"),
    Mistake(f"evaluate {BUNDLE} --manifest {ABSENT}", "path_missing"),
    Mistake(f"evaluate {BUNDLE} --manifest {EMPTY_DIR}", "no_image"),
    Mistake(f"evaluate {BUNDLE} --manifest {TABLE}", "manifest_column_missing"),
    Mistake(f"evaluate {BUNDLE} --manifest {IMAGE}", "manifest_unreadable"),
    Mistake(f"evaluate {BUNDLE} --labels {ABSENT}", "path_missing"),
    Mistake(f"evaluate {BUNDLE} --manifest {LABELLED} --out {READ_ONLY}/x", "path_unusable"),
    Mistake(f"evaluate {BUNDLE} --probe nope", ""),
    Mistake(f"evaluate {BUNDLE}", "data_set_missing", {"RAIOX_DATASETS": EMPTY_DIR}),
    Mistake(f"calibrate {ABSENT}", "path_missing"),
    Mistake(f"calibrate {EMPTY_DIR}", "bundle_missing"),
    Mistake(f"compare {BUNDLE} {ABSENT}", "path_missing"),
    Mistake(f"compare {BUNDLE} mobilenet", "bundles_differ"),
    Mistake(f"compare {BUNDLE} {BUNDLE}", "data_set_missing", {"RAIOX_DATASETS": EMPTY_DIR}),
    Mistake(f"leaks {ABSENT}", "path_missing"),
    Mistake(f"leaks {IMAGE}", "manifest_unreadable"),
    Mistake(f"leaks {TABLE} --column nope", "manifest_column_missing"),
    Mistake(f"leaks {TABLE} --out {READ_ONLY}/x", "path_unusable"),
    Mistake(f"purge --data-dir {ABSENT}", "path_missing"),
    Mistake(f"purge --data-dir {A_FILE}", "data_dir_unusable"),
    Mistake(f"train {ABSENT}", "extra_missing"),
    Mistake(f"repeat {ABSENT} --seeds 2", "extra_missing"),
    Mistake(f"ablate {ABSENT}", "extra_missing"),
    Mistake(f"export {ABSENT} {ABSENT}", "extra_missing"),
    Mistake(f"quantize {ABSENT} {ABSENT}", "extra_missing"),
    Mistake(f"adapt mobilenet {ABSENT} {ABSENT}", "extra_missing"),
    Mistake(f"backup {EMPTY_DIR} --data-dir {ABSENT}", "path_missing"),
    Mistake(f"backup {EMPTY_DIR} --data-dir {EMPTY_DIR}", "backup_not_possible"),
    Mistake(f"restore {ABSENT} --data-dir {EMPTY_DIR}", "path_missing"),
    Mistake(f"restore {EMPTY_DIR} --data-dir {EMPTY_DIR}", "backup_invalid"),
    Mistake(f"keys list --data-dir {A_FILE}", "data_dir_unusable"),
    Mistake(f"models use nope --data-dir {EMPTY_DIR}/models", "bundle_missing"),
    Mistake(f"models install {ABSENT}", "path_missing"),
    Mistake(f"models install {EMPTY_DIR} --data-dir {EMPTY_DIR}/models", "bundle_missing"),
    Mistake(f"models sign {EMPTY_DIR} --key {ABSENT}", "path_missing"),
    Mistake(f"models list --data-dir {A_FILE}", "data_dir_unusable"),
    Mistake("keys add x --scope all", ""),
    Mistake(f"keys revoke nope --data-dir {EMPTY_DIR}/keys", "api_key_not_found"),
    Mistake(f"examples draw {READ_ONLY}/x", "path_unusable"),
    Mistake("examples", ""),
    Mistake(f"examples fetch {EMPTY_DIR}", "examples_unpinned"),
    Mistake(f"examples fetch {EMPTY_DIR} --list {ABSENT}", "path_missing"),
    Mistake(f"examples fetch {EMPTY_DIR} --list {TABLE}", "example_list_invalid"),
    Mistake(f"calibrate {ABSENT}", "path_missing"),
    Mistake("repeat x.py --seeds 0", ""),
    Mistake("doctor --nope", ""),
]  # fmt: skip


@pytest.fixture(scope="module")
def named(tmp_path_factory) -> Iterator[dict[str, str]]:
    """What the placeholders of the commands stand for."""
    folder = tmp_path_factory.mktemp("mistakes")
    (folder / "file").write_text("no folder")
    (folder / "empty").mkdir()
    (folder / "image.png").write_bytes(b"\xff\xfe no image")
    (folder / "labelled" / "natural").mkdir(parents=True)
    (folder / "labelled" / "natural" / "a.png").touch()
    (folder / "table.csv").write_text("image,split\na.png,test\n")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield {
            "bundle": str(shipped("frontal_filter")),
            "absent": str(folder / "absent"),
            "file": str(folder / "file"),
            "empty": str(folder / "empty"),
            "image": str(folder / "image.png"),
            "port": str(listening.getsockname()[1]),
            "table": str(folder / "table.csv"),
            "readonly": "/proc",
            "labelled": str(folder / "labelled"),
        }


def run(mistake: Mistake, named: dict[str, str], locale: str) -> Result:
    environment: dict[str, str | None] = {k: None for k in os.environ if k.startswith("RAIOX_")}
    environment |= {"RAIOX_CONFIG": ""}  # whatever this machine has
    environment |= {k: filled(v, named) for k, v in mistake.environment.items()}
    words = [filled(word, named) for word in mistake.command.split()]
    return CliRunner().invoke(app, words, env=environment | {"LC_ALL": locale})


def filled(text: str, named: dict[str, str]) -> str:
    for name, value in named.items():
        text = text.replace("{" + name + "}", value)
    return text


def test_every_command_has_its_mistakes():
    names = set(typer.main.get_command(app).commands)

    assert {mistake.command.split()[0] for mistake in MISTAKES} == names


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_mistake_is_answered_with_one_message(mistake, named):
    result = run(mistake, named, "pt_BR.UTF-8")

    assert result.exit_code == 2, result.stderr
    assert result.stdout == ""
    assert isinstance(result.exception, SystemExit)  # anything else is a traceback
    if mistake.code:
        (line,) = result.stderr.splitlines()
        sentences = load("pt")[mistake.code]
        assert line.startswith(f"{sentences['title']}. ")
        assert line.endswith(f" [{mistake.code}]")
        assert "abc" not in line.split()


def test_english_is_spoken_where_the_locale_is_of_another_language(named):
    result = run(Mistake(f"predict {ABSENT}", "path_missing"), named, "de_DE.UTF-8")

    assert result.stderr.startswith(load("en")["path_missing"]["title"])


def test_doctor_reports_a_bad_setting_as_a_failed_check(named):
    bad = Mistake("doctor", "", {"RAIOX_INTAKE__MAX_PIXELS": "abc"})

    result = run(bad, named, "C")

    assert result.exit_code == 1
    assert result.stdout.startswith("failed")
    assert "RAIOX_INTAKE__MAX_PIXELS" in result.stdout
    assert result.stderr == ""


def test_doctor_finds_a_variable_that_is_no_setting(named):
    misspelt = Mistake("doctor", "", {"RAIOX_INTAKE__MAX_PIXEL": "1", "RAIOX_DATA_DIR": "var"})

    result = run(misspelt, named, "C")

    assert result.exit_code == 1
    assert "RAIOX_INTAKE__MAX_PIXEL is no setting" in result.stdout
    assert "the most similar one is RAIOX_INTAKE__MAX_PIXELS" in result.stdout


def test_doctor_names_a_database_that_does_not_answer_and_what_to_look_at(named):
    pytest.importorskip("pg8000", reason="the driver of PostgreSQL, pg8000, is not installed")
    url = "postgresql://raiox@127.0.0.1:9/raiox"
    away = Mistake("doctor", "", {"RAIOX_RECORDS__DATABASE_URL": url})

    result = run(away, named, "C")

    assert result.exit_code == 1
    [failed] = re.findall(r"^failed +database:.*\n +-> (.*)", result.stdout, re.MULTILINE)
    assert "RAIOX_RECORDS__DATABASE_URL" in failed
    assert "sqlite" not in failed


def test_a_secret_in_a_bad_setting_is_not_printed(named):
    bad = Mistake("purge", "", {"RAIOX_WEB": '{"session_key": "hush", "limits": 7}'})

    result = run(bad, named, "C")

    assert result.exit_code == 2
    assert "hush" not in result.stderr
    assert "RAIOX_WEB__LIMITS" in result.stderr
