"""An OpenID Connect provider on this machine that knows one person and signs what a test wants."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "raiox-test"
SECRET = "hush"
HOUR_S = 3_600


class Provider:
    """What it answers; a test may change all of it."""

    def __init__(self, url: str) -> None:
        self.url = self.issuer = url
        self.key = self.signing_key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
        self.header: dict[str, str] = {"alg": "RS256", "kid": "1"}
        self.claims: dict[str, Any] = {"sub": "ana"}
        """Beside those that every token has, or in their stead."""
        self.gives_token = True
        self.requests: dict[str, dict[str, str]] = {}
        """The requests for codes, by code."""

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "end_session_endpoint": f"{self.url}/end",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def authorize(self, wanted: dict[str, str]) -> str:
        """Where the browser goes on, with a code."""
        code = secrets.token_hex(8)
        self.requests[code] = wanted
        return f"{wanted['redirect_uri']}?{urlencode({'code': code, 'state': wanted['state']})}"

    def token(self, form: Mapping[str, str], credentials: str) -> dict[str, Any] | None:
        """For a code, once, and for who can show what its challenge was made of."""
        wanted = self.requests.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = _encoded(digest)
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if wanted is None or wanted["code_challenge"] != challenge or credentials != expected:
            return None
        if (
            wanted["code_challenge_method"] != "S256"
            or form["redirect_uri"] != wanted["redirect_uri"]
        ):
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + HOUR_S,
            "nonce": wanted["nonce"],
        } | self.claims
        token = {"access_token": "a", "token_type": "Bearer"}
        if self.gives_token:
            token["id_token"] = self.signed({k: v for k, v in claims.items() if v is not None})
        return token

    def logout_token(self, **claims: Any) -> str:
        """As it is sent over the back channel; a claim that is None is left out."""
        now = int(time.time())
        said = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        } | claims
        return self.signed({name: value for name, value in said.items() if value is not None})

    def signed(self, claims: dict[str, Any]) -> str:
        algorithm = self.header["alg"]
        if algorithm in ("none", "HS256"):  # which no library would write like this
            head = ".".join(_encoded(json.dumps(part).encode()) for part in (self.header, claims))
            password = self.key.as_pem(private=False)
            digest = hmac.digest(password, head.encode(), "sha256") if algorithm == "HS256" else b""
            return f"{head}.{_encoded(digest)}"
        return jwt.encode(self.header, claims, self.signing_key, algorithms=[self.header["alg"]])


@contextmanager
def provider() -> Iterator[Provider]:
    """One that listens on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        known = Provider(f"http://127.0.0.1:{server.server_port}")
        server.RequestHandlerClass = _handler(known)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield known
        server.shutdown()


def _handler(known: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", known.authorize(_flat(address.query)))
                self.end_headers()
                return
            documents = {"/.well-known/openid-configuration": known.metadata, "/jwks": known.keys}
            self._answer(documents[address.path]())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(known.token(_flat(body), self.headers.get("Authorization", "")))

        def _answer(self, document: dict[str, Any] | None) -> None:
            self.send_response(200 if document else 400)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(document or {"error": "invalid_grant"}).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
