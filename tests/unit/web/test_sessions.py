"""The key of the sessions is made once and stays."""

from pathlib import Path

from pydantic import SecretStr
from starlette.requests import HTTPConnection

from raiox.settings import WebSettings
from raiox.web.sessions import open_sessions


def request(cookie: str) -> HTTPConnection:
    headers = [(b"cookie", f"raiox_session={cookie}".encode())]
    return HTTPConnection({"type": "http", "headers": headers, "state": {}})


def cookie_of(sessions) -> str:
    visitor = request("")
    sessions.owner_of(visitor)
    return visitor.state.new_session


def test_a_session_outlives_a_restart(tmp_path: Path):
    before = open_sessions(WebSettings(), tmp_path, 60)
    cookie = cookie_of(before)
    after = open_sessions(WebSettings(), tmp_path, 60)

    assert after.owner_of(request(cookie)) == before.owner_of(request(cookie))


def test_the_key_is_readable_by_the_service_alone(tmp_path: Path):
    open_sessions(WebSettings(), tmp_path, 60)

    assert [(p.name, p.stat().st_mode & 0o777) for p in tmp_path.iterdir()] == [
        ("session.key", 0o600)
    ]


def test_services_with_the_same_key_know_each_others_sessions(tmp_path: Path):
    settings = WebSettings(session_key=SecretStr("a shared secret"))
    one = open_sessions(settings, tmp_path / "one", 60)
    two = open_sessions(settings, tmp_path / "two", 60)
    cookie = cookie_of(one)

    assert one.owner_of(request(cookie)) == two.owner_of(request(cookie))


def test_the_owner_does_not_reveal_the_cookie(tmp_path: Path):
    sessions = open_sessions(WebSettings(), tmp_path, 60)
    cookie = cookie_of(sessions)

    owner = sessions.owner_of(request(cookie))

    assert len(owner) == 64
    assert owner not in cookie
    assert cookie.partition(".")[0] not in owner
