"""What doctor says of proxies, the clock and an absent history; the rest is looked at where it is made."""

import os
import time

import pytest

from raiox.cli.doctor import CHECKS
from raiox.records.store import open_records
from raiox.settings import Settings, WebSettings

NAMED = {"trusted_proxies": ("127.0.0.1",), "secure_cookies": True, "allowed_hosts": ("a.org",)}


@pytest.mark.parametrize(
    ("web", "complaint"),
    [
        ({}, ""),
        (NAMED, ""),
        (NAMED | {"secure_cookies": False}, "RAIOX_WEB__SECURE_COOKIES"),
        (NAMED | {"allowed_hosts": ()}, "RAIOX_WEB__ALLOWED_HOSTS"),
        (NAMED | {"allowed_hosts": ("*",)}, "RAIOX_WEB__ALLOWED_HOSTS"),
        (NAMED | {"trusted_proxies": ("*",)}, "every address is trusted"),
        ({"secure_cookies": True}, "no proxy is named"),
    ],
)
def test_settings_of_a_proxy_go_together(monkeypatch, web, complaint):
    monkeypatch.setenv("LC_ALL", "C")
    settings = Settings(web=WebSettings(**web))

    if not complaint:
        assert CHECKS["proxy"](settings)
        return
    with pytest.raises(ValueError, match=complaint.replace("*", r"\*")):
        CHECKS["proxy"](settings)


def test_a_clock_that_went_back_is_found_by_what_was_written_before(tmp_path):
    settings = Settings(data_dir=tmp_path)
    database = tmp_path / "raiox.sqlite3"
    database.touch()
    assert CHECKS["clock"](settings)

    os.utime(database, times=(time.time() + 3_600,) * 2)

    with pytest.raises(ValueError, match="UTC"):
        CHECKS["clock"](settings)


def test_doctor_names_the_folder_that_has_no_history_yet(tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.chdir(tmp_path)

    assert f"none in {tmp_path / 'var'} yet" in CHECKS["records"](Settings())
    (tmp_path / "var").mkdir()
    assert f"none in {tmp_path / 'var'} yet" in CHECKS["records"](Settings())
    open_records(Settings().records, tmp_path / "var").close()
    assert str(tmp_path) not in CHECKS["records"](Settings())
