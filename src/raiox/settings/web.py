"""How the service meets the network, and the people who sign in."""

from typing import Literal

from pydantic import (
    BaseModel,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    SecretStr,
)

from raiox.settings.lists import Names

ReadingChoice = Literal["both", "server", "private"]
"""Where the page reads images: here, on the visitor's device only, or as the visitor chooses."""


class WebSettings(BaseModel, frozen=True, extra="forbid"):
    """How the service meets the network."""

    header_timeout_s: PositiveFloat = Field(
        15.0, description="Time in which the headers of a request must arrive, in seconds."
    )
    body_timeout_s: PositiveFloat = Field(
        60.0, description="Time in which the body of a request must arrive, in seconds."
    )
    max_wait_s: PositiveFloat = Field(
        30.0, description="Longest wait that `Prefer: wait` can request, in seconds."
    )
    analyses_per_minute: PositiveInt = Field(
        60, description="Number of uploads that a session may send per minute."
    )
    analyses_per_day: PositiveInt = Field(
        1_000, description="Number of uploads that a session may send per day."
    )
    replicas: PositiveInt = Field(
        1,
        description="Number of web processes behind one address; each allows its share of the limits.",
    )
    limits: bool = Field(
        True, description="Whether the uploads of each session and address are limited."
    )
    session_key: SecretStr | None = Field(
        None,
        description="Key that signs the session cookies. By default, one is made and kept in "
        "RAIOX_DATA_DIR.",
    )
    reading: ReadingChoice = Field(
        "both",
        description="Where the page reads images: on the `server`, on the visitor's device (`private`), "
        "or `both`, as the visitor chooses. The API always reads here.",
    )
    require_key: bool = Field(
        False,
        description="Whether analyses are for programs with a key only (`raiox keys add`); the page "
        "cannot be used then.",
    )
    share_h: NonNegativeFloat = Field(
        0.0,
        description="Time for which a secret link that shows one analysis to whoever has it is valid, "
        "in hours; with 0 there are no such links.",
    )
    allow_public: bool = Field(
        False,
        description="Whether the service may listen beyond this machine with `limits` switched "
        "off.",
    )
    public_metrics: bool = Field(
        False, description="Whether `/metrics` is served beyond this machine."
    )
    secure_cookies: bool = Field(
        False,
        description="Whether the session cookie is sent over HTTPS only; always so where the request "
        "came over HTTPS, as a trusted proxy says in `X-Forwarded-Proto`.",
    )
    allowed_hosts: Names = Field(
        (),
        description="Host names that requests may address; `*` allows any. By default, addresses "
        "in numbers, `localhost` and this machine's own name.",
    )
    trusted_proxies: Names = Field(
        (),
        description="Addresses of the proxies whose headers `X-Forwarded-For`, "
        "`X-Forwarded-Proto` and `X-Forwarded-Prefix` are trusted.",
    )
    root_path: str = Field(
        "",
        pattern=r"^(/[A-Za-z0-9._~-]+)*$",
        description="Path under which a proxy publishes the service, e.g. `/raiox`.",
    )
    cors_origins: Names = Field(
        (),
        description="Origins whose pages may call the API, e.g. `https://pacs.example.org`.",
    )


class OidcSettings(BaseModel, frozen=True, extra="forbid"):
    """Who may use the service: people that an OpenID Connect provider knows (extra `oidc`)."""

    issuer: str | None = Field(
        None,
        pattern=r"^(https://[^/?#]+|http://(localhost|127\.0\.0\.1)(:\d+)?)(/[^?#]*)?$",
        description="Address of the provider, as its tokens name it, e.g. "
        "`https://id.example.org/realms/hospital`. By default, nobody has to sign in.",
    )
    client_id: str = Field("raiox", description="Name under which the provider knows this service.")
    client_secret: SecretStr | None = Field(
        None, description="Secret of that client; without one, it is a public client (PKCE only)."
    )
    scopes: Names = Field(
        ("openid",), description="Scopes of the request, with which come the claims of `allow`."
    )
    allow: Names = Field(
        (),
        description="Claims of the ID token that let a person in, e.g. `groups=radiology`; one of them "
        "is enough. By default, everybody whom the provider lets in.",
    )
    admins: Names = Field(
        (), description="Claims of those who see the page for administration, as in `allow`."
    )
    session_h: PositiveFloat = Field(
        12.0, description="Time after which a person has to sign in again, in hours."
    )
