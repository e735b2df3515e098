"""Anonymous sessions: a signed random cookie, of which only a keyed hash is kept.

The cookie is 128 random bits, the day it was issued, and their signature; one that raiox did not
sign, or that is older than what it could still show, is no session. It is issued anew each day,
so that who comes back keeps the history and a copy that was lost ends. The history knows its
owner by a keyed hash, so neither the database nor a backup can be turned into a cookie. Over
HTTPS its name begins with `__Host-`: no neighbouring site, and nothing that came over HTTP, can
plant one. Source: RFC 6265bis, section 4.1.3.2.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

from raiox.settings import WebSettings

COOKIE = "raiox_session"
HOST_PREFIX = "__Host-"
SEPARATOR = "."
DAY_S = 86_400
N_RANDOM_BYTES = 16
N_KEY_BYTES = 32
_SIGN, _OWN, _KEY, _SEAL = b"sign", b"own", b"key", b"sealed"
_PERSON, _PROVIDER = b"person", b"provider"


class Sessions:
    """Issues sessions and finds the owner of a request."""

    def __init__(
        self, key: bytes, *, secure: bool, max_age_s: int, clock: Callable[[], float] = time.time
    ) -> None:
        """Prepare to issue sessions.

        Args:
            secure: even if a request seems to have come over HTTP.
            max_age_s: how long the longest result is kept.
        """
        self._key = key
        self._secure = secure
        self._max_age_s = max_age_s
        self._clock = clock

    def owner_of(self, request: HTTPConnection) -> str:
        """The owner's keyed hash; a caller without a session gets one with the answer."""
        token = request.cookies.get(self.full_name(COOKIE, request.scope), "")
        age_days = self._age_days(token)
        if age_days is None:
            token = getattr(request.state, "new_session", None) or self._issue(_random())
            request.state.new_session = token
        elif age_days > 0:
            request.state.new_session = self._issue(_value_of(token))
        return self._hash(_OWN, _value_of(token))

    def owner_of_key(self, key_id: str) -> str:
        """The keyed hash under which the analyses of a key of the API are kept."""
        return self._hash(_KEY, key_id)

    def owner_of_person(self, issuer: str, subject: str) -> str:
        """The keyed hash under which the analyses of a person who signs in are kept."""
        return self._hash(_PERSON, json.dumps([issuer, subject]))

    def name_at_provider(self, issuer: str, session: str) -> str:
        """The keyed hash by which a session of the provider is known."""
        return self._hash(_PROVIDER, json.dumps([issuer, session]))

    def set_cookie(self, token: str, scope: Scope) -> bytes:
        """The `Set-Cookie` value that gives a session to the sender of a request."""
        return self.cookie(COOKIE, token, scope, self._max_age_s).encode("latin-1")

    def cookie(self, name: str, value: str, scope: Scope, max_age_s: int) -> str:
        """A `Set-Cookie` value that no script reads and no other site sends along."""
        carrier = Response()
        carrier.set_cookie(
            self.full_name(name, scope),
            value,
            max_age=max_age_s,
            path=_path(scope),
            httponly=True,
            samesite="lax",
            secure=self._is_secure(scope),
        )
        return carrier.headers["set-cookie"]

    def full_name(self, name: str, scope: Scope) -> str:
        """What a cookie is called where the request came from."""
        # A browser takes the prefix for the path of the whole host only.
        prefixed = self._is_secure(scope) and _path(scope) == "/"
        return f"{HOST_PREFIX}{name}" if prefixed else name

    def seal(self, name: str, note: Mapping[str, Any]) -> str:
        """Facts, readable by whoever has them, that this service alone can write.

        Args:
            name: of the cookie; under another one the note is worth nothing.
        """
        content = json.dumps([self._clock(), dict(note)]).encode()
        text = base64.urlsafe_b64encode(content).decode()
        return f"{text}{SEPARATOR}{self._hash(_SEAL, name + SEPARATOR + text)}"

    def unseal(self, name: str, sealed: str, max_age_s: float) -> dict[str, Any] | None:
        """What `seal` was given; None of what it has not written, or longer ago."""
        text, _, signature = sealed.rpartition(SEPARATOR)
        expected = self._hash(_SEAL, name + SEPARATOR + text)
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            return None
        sealed_at, note = json.loads(base64.urlsafe_b64decode(text))
        return dict(note) if self._clock() < sealed_at + max_age_s else None

    def _is_secure(self, scope: Scope) -> bool:
        return self._secure or scope.get("scheme") == "https"

    def _issue(self, value: str) -> str:
        dated = f"{value}{SEPARATOR}{self._today()}"
        return f"{dated}{SEPARATOR}{self._hash(_SIGN, dated)}"

    def _age_days(self, token: str) -> int | None:
        """How old a session is; None if it is none, or too old."""
        dated, _, signature = token.rpartition(SEPARATOR)
        expected = self._hash(_SIGN, dated)
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            return None
        age_days = self._today() - int(dated.rpartition(SEPARATOR)[2])
        return age_days if age_days * DAY_S <= self._max_age_s + DAY_S else None

    def _today(self) -> int:
        return int(self._clock() // DAY_S)

    def _hash(self, purpose: bytes, text: str) -> str:
        return hmac.new(self._key, purpose + text.encode(), hashlib.sha256).hexdigest()


def _random() -> str:
    return secrets.token_hex(N_RANDOM_BYTES)


def _value_of(token: str) -> str:
    return token.partition(SEPARATOR)[0]


def _path(scope: Scope) -> str:
    return scope.get("root_path") or "/"


def open_sessions(settings: WebSettings, data_dir: Path, max_age_s: int) -> Sessions:
    """Sessions with the key of the settings, else with the one kept in `data_dir`."""
    key = (
        settings.session_key.get_secret_value().encode()
        if settings.session_key
        else _kept_key(data_dir / "session.key")
    )
    return Sessions(key, secure=settings.secure_cookies, max_age_s=max_age_s)


def _kept_key(path: Path) -> bytes:
    """Read the key, made on first use; two first starts agree on one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        own = path.with_suffix(f".{os.getpid()}.tmp")
        descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(N_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(own, path)
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return path.read_bytes()
