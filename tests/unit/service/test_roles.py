"""What would lose images or sessions is refused before anything starts."""

import os
import subprocess
import sys

import pytest

from raiox.errors import RaioxError
from raiox.service.errors import (
    SessionKeyMissingError,
    SharedDatabaseMissingError,
    SharedImagesMissingError,
)
from raiox.service.roles import Role, require_role
from raiox.settings import FilesSettings, RecordsSettings, Settings, WebSettings

POSTGRESQL = RecordsSettings(database_url="postgresql://raiox@db.example.org/raiox")
BUCKET = FilesSettings(url="s3://images/raiox")
KEYED = WebSettings(session_key="of all")


@pytest.mark.parametrize("role", [Role.WEB, Role.WORKER])
def test_processes_apart_need_a_database_that_they_share(role: Role):
    with pytest.raises(SharedDatabaseMissingError):
        require_role(Settings(files=BUCKET, web=KEYED), role)


@pytest.mark.parametrize("role", list(Role))
def test_a_shared_database_needs_shared_images(role: Role):
    with pytest.raises(SharedImagesMissingError):
        require_role(Settings(records=POSTGRESQL, web=KEYED), role)


@pytest.mark.parametrize("role", [Role.ALL, Role.WEB])
def test_web_processes_need_one_session_key(role: Role):
    with pytest.raises(SessionKeyMissingError):
        require_role(Settings(records=POSTGRESQL, files=BUCKET), role)


def refusal(settings, role):
    """The error of a combination that may not start, None if it may."""
    try:
        require_role(settings, role)
    except RaioxError as error:
        return error
    return None


def test_what_shares_everything_may_start():
    complete = Settings(records=POSTGRESQL, files=BUCKET, web=KEYED)
    shared = Settings(records=POSTGRESQL, files=FilesSettings(shared=True), web=KEYED)

    assert [refusal(complete, role) for role in Role] == [None] * len(Role)
    assert refusal(Settings(records=POSTGRESQL, files=BUCKET), Role.WORKER) is None
    assert refusal(shared, Role.ALL) is None


@pytest.mark.parametrize(
    ("command", "settings", "code"),
    [
        (["work"], {}, "shared_database_missing"),
        (["serve", "--no-worker"], {}, "shared_database_missing"),
        (["serve"], {"RAIOX_RECORDS__DATABASE_URL": "postgresql://h/d"}, "shared_images_missing"),
    ],
)
def test_a_command_that_may_not_start_says_what_to_set(tmp_path, command, settings, code):
    environment = os.environ | settings | {"RAIOX_DATA_DIR": str(tmp_path), "LANG": "en_US.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", "from raiox.cli.app import main; main()", *command, "--port", "0"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert f"[{code}]" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_process_on_its_own_needs_nothing():
    assert refusal(Settings(), Role.ALL) is None
