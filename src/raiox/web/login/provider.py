"""The provider that knows the people: the authorization code flow with PKCE, state and nonce.

Authlib makes the requests and checks the signature; what a token has to say is decided here.
Source: OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.7; RFC 7636 (PKCE); RFC 9700.
"""

from collections.abc import Collection, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from raiox.settings import OidcSettings
from raiox.web.errors import LoginFailedError, LoginPackagesMissingError, LoginUnavailableError

DISCOVERY: Final = "/.well-known/openid-configuration"
SIGNATURES: Final = frozenset(
    f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)
) | {"EdDSA", "Ed25519"}
"""By a key that the provider alone has: what a token says of its own algorithm is not believed."""
KNOWN_ERRORS: Final = frozenset(
    {
        *("access_denied", "consent_required", "interaction_required", "login_required"),
        *("invalid_client", "invalid_grant", "invalid_scope", "unauthorized_client"),
        *("mismatching_state", "server_error", "temporarily_unavailable", "expired_token"),
    }
)
"""What of the answer is repeated: whoever makes an address writes the rest."""
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
LEEWAY_S: Final = 60
TIMEOUT_S: Final = 10.0


class Provider:
    """One OpenID Connect provider."""

    def __init__(self, settings: OidcSettings) -> None:
        """Prepare; nothing is fetched before somebody signs in.

        Raises: LoginPackagesMissingError.
        """
        try:
            from authlib.integrations.starlette_client import OAuth  # noqa: PLC0415 - an extra
        except ImportError:
            raise LoginPackagesMissingError(extra="oidc") from None
        secret = settings.client_secret
        self._issuer = (settings.issuer or "").rstrip("/")
        self._settings = settings
        self._client: Any = OAuth().register(
            "provider",
            client_id=settings.client_id,
            client_secret=secret.get_secret_value() if secret else None,
            server_metadata_url=self._issuer + DISCOVERY,
            client_kwargs={
                "scope": " ".join(dict.fromkeys(("openid", *settings.scopes))),
                "code_challenge_method": "S256",
                "timeout": TIMEOUT_S,
                **({} if secret else {"token_endpoint_auth_method": "none"}),
            },
        )

    async def authorize(self, request: Request, callback: str) -> Response:
        """Send the browser to the provider; what must be compared later lies in the session.

        Raises: LoginUnavailableError.
        """
        await self._load_metadata()
        response: Response = await self._client.authorize_redirect(request, callback)
        return response

    async def claims(self, request: Request) -> Mapping[str, Any]:
        """What the provider says of whoever came back from it.

        Raises: LoginFailedError, LoginUnavailableError.
        """
        await self._load_metadata()
        with _translated_errors():
            token = await self._client.authorize_access_token(
                request, claims_options=self._expected, leeway=LEEWAY_S
            )
        claims: Mapping[str, Any] | None = token.get("userinfo")
        if not claims or not claims.get("sub"):
            raise LoginFailedError(reason="no_id_token")
        return claims

    async def logout_claims(self, token: str) -> Mapping[str, Any]:
        """What a logout token says: `sub` or `sid`, which has ended, and when (`iat`).

        Raises: LoginFailedError, LoginUnavailableError.
        Source: OpenID Connect Back-Channel Logout 1.0, section 2.6.
        """
        from authlib.oauth2.claims import JWTClaims  # noqa: PLC0415 - an extra

        await self._load_metadata()
        expected = self._expected | {
            "iat": {"essential": True},
            "exp": {"essential": True},
            "events": {"essential": True, "validate": _is_logout},
        }
        with _translated_errors():
            claims: Mapping[str, Any] = await self._client.parse_id_token(
                {"id_token": token}, None, expected, JWTClaims, LEEWAY_S
            )
        names = [claims[name] for name in ("sub", "sid") if name in claims]
        if "nonce" in claims or not names or not all(isinstance(name, str) for name in names):
            raise LoginFailedError(reason="invalid")
        return claims

    async def logout_address(self) -> str | None:
        """Where the person may leave the provider as well; None where it says nothing of that."""
        try:
            found = (await self._load_metadata()).get("end_session_endpoint")
        except LoginUnavailableError:
            return None
        return str(found) if found else None

    @property
    def _expected(self) -> dict[str, Any]:
        """What every token has to say; made anew, as Authlib changes what it is given."""
        return {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
        }

    async def _load_metadata(self) -> MutableMapping[str, Any]:
        from httpx2 import HTTPError  # noqa: PLC0415 - an extra

        try:
            metadata: MutableMapping[str, Any] = await self._client.load_server_metadata()
        except (HTTPError, ValueError) as error:
            raise LoginUnavailableError from error
        if metadata.get("issuer") != self._settings.issuer:
            raise LoginUnavailableError
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = sorted(SIGNATURES & set(offered)) or [
            "RS256"
        ]
        return metadata


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Raises: LoginFailedError, LoginUnavailableError."""
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415 - an extra
    from httpx2 import HTTPError  # noqa: PLC0415 - of the same extra
    from joserfc.errors import JoseError  # noqa: PLC0415 - of the same extra

    try:
        yield
    except HTTPError as error:
        raise LoginUnavailableError from error
    except (AuthlibBaseError, JoseError, ValueError, TypeError) as error:
        code = str(getattr(error, "error", ""))
        reason = code if code in KNOWN_ERRORS else "invalid"
        raise LoginFailedError(reason=reason) from error


def _is_logout(_claims: object, events: object) -> bool:
    return isinstance(events, dict) and isinstance(events.get(LOGOUT_EVENT), dict)


def has_any(claims: Mapping[str, Any], wanted: Collection[str]) -> bool:
    """Whether a person has one of the claims, written as `name=value`.

    An address of e-mail that the provider has not verified counts for nothing.
    """
    for one in wanted:
        name, _, value = one.partition("=")
        held = claims.get(name)
        if name == "email" and claims.get("email_verified") is not True:
            continue
        if value in ([str(item) for item in held] if isinstance(held, list) else [str(held)]):
            return True
    return False
