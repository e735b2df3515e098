"""The key of the sessions is made once and stays."""

from pathlib import Path

import pytest
from fakes import FakeClock
from pydantic import SecretStr
from starlette.requests import HTTPConnection

from raiox.settings import WebSettings
from raiox.web.sessions import Sessions, open_sessions

DAY_S = 86_400


def request(cookie: str, name="raiox_session", **scope) -> HTTPConnection:
    headers = [(b"cookie", f"{name}={cookie}".encode())]
    return HTTPConnection({"type": "http", "headers": headers, "state": {}, **scope})


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


def test_a_session_is_issued_anew_each_day_and_keeps_its_history():
    clock = FakeClock()
    sessions = Sessions(b"key", secure=False, max_age_s=30 * DAY_S, clock=clock)
    cookie = cookie_of(sessions)
    owner = sessions.owner_of(request(cookie))
    clock.pass_s(DAY_S)
    returning = request(cookie)

    assert sessions.owner_of(returning) == owner
    renewed = returning.state.new_session
    assert renewed != cookie
    assert sessions.owner_of(request(renewed)) == owner


def test_a_copy_of_a_session_ends():
    clock = FakeClock()
    sessions = Sessions(b"key", secure=False, max_age_s=30 * DAY_S, clock=clock)
    cookie = cookie_of(sessions)
    owner = sessions.owner_of(request(cookie))
    clock.pass_s(32 * DAY_S)

    assert sessions.owner_of(request(cookie)) != owner


@pytest.mark.parametrize(
    ("scope", "secure", "name"),
    [
        ({"scheme": "https"}, False, "__Host-raiox_session"),
        ({"scheme": "http"}, True, "__Host-raiox_session"),
        ({"scheme": "https", "root_path": "/raiox"}, False, "raiox_session"),
        ({"scheme": "http"}, False, "raiox_session"),
    ],
)
def test_over_https_no_neighbour_can_plant_a_session(scope, secure, name):
    sessions = Sessions(b"key", secure=secure, max_age_s=60)
    cookie = cookie_of(sessions)
    answer = sessions.set_cookie(cookie, request("", **scope).scope).decode()
    planted = request(cookie, "raiox_session", **scope)

    assert answer.startswith(f"{name}={cookie};")
    assert ("Secure" in answer) is (scope["scheme"] == "https" or secure)
    own = sessions.owner_of(request(cookie, name, **scope))
    assert (sessions.owner_of(planted) == own) is (name == "raiox_session")


@pytest.mark.parametrize("cookie", ["", "a", "a.b.c", "..", "a.1." + "0" * 64, "." * 200])
def test_what_was_not_issued_here_is_no_session(cookie):
    visitor = request(cookie)
    Sessions(b"key", secure=False, max_age_s=60).owner_of(visitor)

    assert visitor.state.new_session != cookie
