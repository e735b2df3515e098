"""Anonymous sessions: a signed random cookie, of which only a keyed hash is kept.

The cookie is 128 random bits and their signature; one that raiox did not sign
is no session. The history knows its owner by a keyed hash, so neither the
database nor a backup can be turned into a cookie.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from starlette.requests import HTTPConnection
from starlette.responses import Response

from raiox.settings import WebSettings

COOKIE = "raiox_session"
N_RANDOM_BYTES = 16
N_KEY_BYTES = 32
_SIGN, _OWN, _KEY = b"sign", b"own", b"key"


class Sessions:
    """Issues sessions and finds the owner of a request."""

    def __init__(self, key: bytes, *, secure: bool, max_age_s: int) -> None:
        self._key = key
        self._secure = secure
        self._max_age_s = max_age_s

    def owner_of(self, request: HTTPConnection) -> str:
        """The owner's keyed hash; a caller without a session gets one with the answer."""
        token = request.cookies.get(COOKIE, "")
        if not self._signed(token):
            token = getattr(request.state, "new_session", None) or self._new()
            request.state.new_session = token
        return self._hash(_OWN, token)

    def owner_of_key(self, key_id: str) -> str:
        """The keyed hash under which the analyses of a key of the API are kept."""
        return self._hash(_KEY, key_id)

    def set_cookie(self, token: str, path: str = "/") -> bytes:
        """The `Set-Cookie` value that gives a session to the caller, for addresses below `path`."""
        carrier = Response()
        carrier.set_cookie(
            COOKIE,
            token,
            max_age=self._max_age_s,
            path=path,
            httponly=True,
            samesite="lax",
            secure=self._secure,
        )
        return carrier.headers["set-cookie"].encode("latin-1")

    def _new(self) -> str:
        value = secrets.token_hex(N_RANDOM_BYTES)
        return f"{value}.{self._hash(_SIGN, value)}"

    def _signed(self, token: str) -> bool:
        value, _, signature = token.partition(".")
        expected = self._hash(_SIGN, value)
        return len(value) == 2 * N_RANDOM_BYTES and hmac.compare_digest(
            signature.encode(), expected.encode()
        )

    def _hash(self, purpose: bytes, text: str) -> str:
        return hmac.new(self._key, purpose + text.encode(), hashlib.sha256).hexdigest()


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
