"""People who sign in with an OpenID Connect provider: who gets in, whose history it is, and the way out."""

import time
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx
import pytest
from fakes import png
from joserfc.jwk import RSAKey

from oidc_provider import CLIENT, SECRET, provider
from raiox.settings import OidcSettings
from raiox.vocabulary import Scope

pytestmark = pytest.mark.anyio

ANALYSES = "/api/v1/analyses"
HTML = {"Accept": "text/html"}
PERSON = "raiox_person"


@pytest.fixture
def known():
    with provider() as one:
        yield one


def settings(known, **others) -> OidcSettings:
    return OidcSettings(issuer=known.url, client_id=CLIENT, client_secret=SECRET, **others)


async def begin(browser) -> str:
    """Where the provider sends the browser back to."""
    to_provider = (await browser.get("/login")).headers["location"]
    async with httpx.AsyncClient() as client:
        return (await client.get(to_provider)).headers["location"]


async def sign_in(browser) -> httpx.Response:
    return await browser.get(await begin(browser), headers=HTML)


@pytest.mark.parametrize(
    ("address", "leads_to"), [("/", "/login"), ("/plain", "/login?next=plain"), ("/x", "/login")]
)
async def test_whoever_is_not_signed_in_is_led_to_the_login(start, known, address, leads_to):
    async with start(oidc=settings(known)) as service:
        answer = await service.browser().get(address, headers=HTML)

    assert (answer.status_code, answer.headers["location"]) == (303, leads_to)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", ANALYSES),
        ("POST", ANALYSES),
        ("DELETE", f"{ANALYSES}/x"),
        ("DELETE", f"{ANALYSES}?state=any"),
        ("GET", "/api/v1/models/current"),
        ("GET", "/api/v1/embedding-map"),
        ("GET", "/api/v1/admin"),
        ("GET", "/device.json"),
        ("POST", "/plain"),
        ("GET", "/api/v1//analyses"),
        ("GET", "/login/../api/v1/analyses"),
    ],
)
async def test_nothing_else_is_answered_without_a_login(start, known, method, address):
    async with start(oidc=settings(known)) as service:
        answer = await service.browser().request(method, address, content=png())

    assert (answer.status_code, answer.json()["code"]) == (401, "login_required")


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
async def test_whether_it_lives_is_said_to_everybody(start, known, address):
    async with start(oidc=settings(known)) as service:
        assert (await service.browser().get(address)).status_code == 200


async def test_the_request_to_the_provider_carries_state_nonce_and_a_challenge(start, known):
    async with start(oidc=settings(known, scopes=("groups",))) as service:
        answer = await service.browser().get("/login")

    wanted = {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert {"state", "nonce", "code_challenge"} <= set(wanted)
    assert wanted["code_challenge_method"] == "S256"
    assert wanted["scope"] == "openid groups"
    assert wanted["redirect_uri"] == "http://localhost/login/callback"


async def test_the_history_belongs_to_the_person_in_whatever_browser(start, known):
    async with start(oidc=settings(known)) as service:
        one, other, stranger = (service.browser() for _ in range(3))
        for browser in (one, other):
            assert (await sign_in(browser)).headers["location"] == "/"
        known.claims = {"sub": "bia"}
        await sign_in(stranger)
        uploaded = await one.post(ANALYSES, content=png())
        address = uploaded.headers["location"]
        seen = [(await browser.get(address)).status_code for browser in (one, other, stranger)]

    assert uploaded.status_code == 201
    assert seen == [200, 200, 404]


async def test_each_login_makes_a_new_session_and_takes_none_that_was_there(start, known):
    async with start(oidc=settings(known)) as service:
        browser = service.browser()
        browser.cookies.set("raiox_session", "planted", domain="localhost.local")
        tokens = []
        for _ in range(2):
            answer = await sign_in(browser)
            tokens.append(answer.cookies[PERSON])

    assert tokens[0] != tokens[1]
    assert "raiox_session" not in browser.cookies
    cookies = answer.headers.get_list("set-cookie")
    [person] = [cookie for cookie in cookies if cookie.startswith(PERSON)]
    assert {"HttpOnly", "SameSite=lax", "Max-Age=43200"} <= set(person.split("; "))
    assert "ana" not in person


WRONG_CLAIMS = {
    "issuer": {"iss": "https://id.example.org"},
    "audience": {"aud": "another"},
    "audience beside the right party": {"aud": "another", "azp": CLIENT},
    "nonce": {"nonce": "n"},
    "no nonce": {"nonce": None},
    "expired": {"exp": 1_000_000_000, "iat": 999_990_000},
    "never expires": {"exp": None},
    "issued in the future": {"iat": 4_000_000_000, "exp": 4_000_003_600},
    "no subject": {"sub": None},
    "empty subject": {"sub": ""},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
async def test_a_token_that_says_the_wrong_thing_lets_nobody_in(start, known, wrong):
    known.claims = {"sub": "ana"} | WRONG_CLAIMS[wrong]
    async with start(oidc=settings(known)) as service:
        browser = service.browser()
        answer = await sign_in(browser)
        after = await browser.get(ANALYSES)

    assert (answer.status_code, PERSON in answer.cookies) == (400, False)
    assert "Não foi possível entrar" in answer.text
    assert after.json()["code"] == "login_required"


async def no_signature(known):
    known.header = {"alg": "none"}


async def a_strangers_key(known):
    known.signing_key = RSAKey.generate_key(2048, {"kid": "1"})


async def the_public_key_as_a_password(known):
    known.header = {"alg": "HS256", "kid": "1"}


async def no_token(known):
    known.gives_token = False


@pytest.mark.parametrize(
    "forge", [no_signature, a_strangers_key, the_public_key_as_a_password, no_token]
)
async def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(start, known, forge):
    await forge(known)
    async with start(oidc=settings(known)) as service:
        answer = await sign_in(service.browser())

    assert (answer.status_code, PERSON in answer.cookies) == (400, False)


async def test_a_key_that_the_provider_has_changed_is_fetched_again(start, known):
    async with start(oidc=settings(known)) as service:
        await sign_in(service.browser())
        known.key = known.signing_key = RSAKey.generate_key(2048, {"kid": "2", "use": "sig"})
        known.header = {"alg": "RS256", "kid": "2"}
        answer = await sign_in(service.browser())

    assert answer.status_code == 303


async def test_an_answer_works_once_and_only_in_the_browser_that_began(start, known):
    async with start(oidc=settings(known)) as service:
        mine, other = service.browser(), service.browser()
        back = await begin(mine)
        stolen = await other.get(back)
        first = await mine.get(back)
        again = await mine.get(back)
        without_state = await mine.get("/login/callback?code=x")
        refused = await mine.get("/login/callback?error=access_denied&state=x")

    assert [one.status_code for one in (stolen, first, again)] == [400, 303, 400]
    assert [one.status_code for one in (without_state, refused)] == [400, 400]


@pytest.mark.parametrize(
    ("claims", "gets_in"),
    [
        ({"groups": ["it", "radiology"]}, True),
        ({"groups": "radiology"}, True),
        ({"groups": ["it"]}, False),
        ({"email": "ana@example.org", "email_verified": True}, True),
        ({"email": "ana@example.org"}, False),
        ({}, False),
    ],
)
async def test_only_those_whom_the_settings_name_get_in(start, known, claims, gets_in):
    allow = ("groups=radiology", "email=ana@example.org")
    known.claims = {"sub": "ana"} | claims
    async with start(oidc=settings(known, allow=allow)) as service:
        answer = await sign_in(service.browser())

    assert answer.status_code == (303 if gets_in else 403)
    assert (PERSON in answer.cookies) == gets_in


@pytest.mark.parametrize("group", ["it", "radiology"])
async def test_the_page_for_administration_is_for_those_whom_the_settings_name(start, known, group):
    known.claims = {"sub": "ana", "groups": [group]}
    async with start(oidc=settings(known, admins=("groups=it",))) as service:
        browser = service.browser("192.0.2.7")
        await sign_in(browser)
        answer = await browser.get("/api/v1/admin")

    assert answer.status_code == (200 if group == "it" else 401)


async def test_the_way_out_ends_the_session_and_names_that_of_the_provider(start, known):
    async with start(oidc=settings(known)) as service:
        browser = service.browser()
        await sign_in(browser)
        before = await browser.get(ANALYSES)
        out = await browser.post("/logout?lang=pt")
        after = await browser.get(ANALYSES)
        foreign = await browser.post("/logout", headers={"Sec-Fetch-Site": "cross-site"})

    assert [one.status_code for one in (before, out, after, foreign)] == [200, 200, 401, 403]
    assert "Você saiu do raiox" in out.text
    assert f"{known.url}/end" in out.text


async def test_a_copied_cookie_is_nobody_after_the_way_out(start, known):
    async with start(oidc=settings(known)) as service:
        mine, elsewhere = service.browser(), service.browser()
        await sign_in(elsewhere)
        copy = {"Cookie": f"{PERSON}={(await sign_in(mine)).cookies[PERSON]}"}
        before = await service.browser().get(ANALYSES, headers=copy)
        await mine.post("/logout")
        after = [
            await service.browser().request(method, address, headers=copy)
            for method, address in (
                ("GET", ANALYSES), ("DELETE", f"{ANALYSES}?state=any"), ("POST", "/logout")
            )
        ]  # fmt: skip
        untouched = await elsewhere.get(ANALYSES)

    assert before.status_code == 200
    assert [one.status_code for one in after] == [401, 401, 200]
    assert untouched.status_code == 200


async def test_a_copied_cookie_of_an_administrator_is_nobody_after_the_way_out(start, known):
    known.claims = {"sub": "ana", "groups": ["it"]}
    async with start(oidc=settings(known, admins=("groups=it",))) as service:
        browser = service.browser("192.0.2.7")
        copy = {"Cookie": f"{PERSON}={(await sign_in(browser)).cookies[PERSON]}"}
        await browser.post("/logout")
        answer = await service.browser("192.0.2.7").get("/api/v1/admin", headers=copy)

    assert answer.status_code == 401


async def test_a_new_login_ends_the_session_that_the_browser_had(start, known):
    async with start(oidc=settings(known)) as service:
        browser = service.browser()
        copy = {"Cookie": f"{PERSON}={(await sign_in(browser)).cookies[PERSON]}"}
        await sign_in(browser)
        answers = [await browser.get(ANALYSES), await service.browser().get(ANALYSES, headers=copy)]

    assert [one.status_code for one in answers] == [200, 401]


async def test_a_session_outlives_a_restart_and_an_ended_one_does_not_come_back(start, known):
    cookies = []
    async with start(oidc=settings(known)) as service:
        for _ in range(2):
            browser = service.browser()
            cookies.append({"Cookie": f"{PERSON}={(await sign_in(browser)).cookies[PERSON]}"})
        await browser.post("/logout")
    async with start(oidc=settings(known)) as service:
        answers = [await service.browser().get(ANALYSES, headers=one) for one in cookies]

    assert [one.status_code for one in answers] == [200, 401]


async def send_logout(service, token: str) -> httpx.Response:
    """From the provider, which has no browser."""
    return await service.browser("192.0.2.9").post(
        "/logout/back-channel", data={"logout_token": token}
    )


@pytest.mark.parametrize(
    ("named", "status"),
    [
        ({"sid": "one"}, [401, 200, 200]),
        ({"sid": "one", "sub": "ana"}, [401, 200, 200]),
        ({"sub": "ana"}, [401, 401, 200]),
    ],
)
async def test_the_provider_ends_one_session_or_all_of_a_person(start, known, named, status):
    people = ({"sub": "ana", "sid": "one"}, {"sub": "ana", "sid": "two"}, {"sub": "bia"})
    async with start(oidc=settings(known)) as service:
        browsers = [service.browser() for _ in people]
        for browser, known.claims in zip(browsers, people, strict=True):
            await sign_in(browser)
        answer = await send_logout(service, known.logout_token(**named))
        answers = [await browser.get(ANALYSES) for browser in browsers]

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert [one.status_code for one in answers] == status


async def test_who_signs_in_after_the_provider_ended_all_sessions_is_let_in(start, known):
    async with start(oidc=settings(known)) as service:
        before = known.logout_token(sub="ana", iat=int(time.time()) - 5)
        browser = service.browser()
        await sign_in(browser)
        answers = [await send_logout(service, before), await browser.get(ANALYSES)]

    assert [one.status_code for one in answers] == [200, 200]


WRONG_LOGOUTS = {
    "issuer": {"iss": "https://id.example.org"},
    "audience": {"aud": "another"},
    "expired": {"exp": 1_000_000_000, "iat": 999_990_000},
    "never expires": {"exp": None},
    "issued never": {"iat": None},
    "another event": {"events": {"http://schemas.example.org/other": {}}},
    "an event of the wrong kind": {
        "events": ["http://schemas.openid.net/event/backchannel-logout"]
    },
    "no event, as in a token of a login": {"events": None},
    "a nonce, as in a token of a login": {"nonce": "n"},
    "nobody": {"sub": None},
    "not a name": {"sub": {"a": 1}},
}


@pytest.mark.parametrize("wrong", WRONG_LOGOUTS)
async def test_a_logout_token_that_says_the_wrong_thing_ends_nothing(start, known, wrong):
    async with start(oidc=settings(known)) as service:
        browser = service.browser()
        await sign_in(browser)
        refused = await send_logout(
            service, known.logout_token(**{"sub": "ana"} | WRONG_LOGOUTS[wrong])
        )
        after = await browser.get(ANALYSES)

    assert (refused.status_code, after.status_code) == (400, 200)
    assert refused.json()["code"] == "login_failed"


@pytest.mark.parametrize("forge", [no_signature, a_strangers_key, the_public_key_as_a_password])
async def test_a_logout_token_that_the_provider_did_not_sign_ends_nothing(start, known, forge):
    async with start(oidc=settings(known)) as service:
        browser = service.browser()
        await sign_in(browser)
        await forge(known)
        refused = await send_logout(service, known.logout_token(sub="ana"))
        after = await browser.get(ANALYSES)

    assert (refused.status_code, after.status_code) == (400, 200)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"data": {}}, 400),
        ({"data": {"logout_token": ""}}, 400),
        ({"data": {"logout_token": "ä.ö.ü"}}, 400),
        ({"content": b"\xff\x00="}, 400),
        ({"files": [("file", b"a"), ("file", b"b")]}, 400),
        ({"data": {"logout_token": "x" * 20_000}}, 413),
    ],
)
async def test_what_is_no_logout_token_is_refused(start, known, body, status):
    async with start(oidc=settings(known)) as service:
        answer = await service.browser().post("/logout/back-channel", **body)

    assert answer.status_code == status


async def test_whoever_guesses_logout_tokens_is_slowed_down(start, known):
    async with start(oidc=settings(known), web={"analyses_per_minute": 1}) as service:
        answers = [await send_logout(service, "guess") for _ in range(12)]

    assert {one.status_code for one in answers} == {400, 429}


async def test_a_changed_or_outdated_session_is_none(start, known):
    async with start(oidc=settings(known, session_h=1 / 3_600)) as service:
        browser = service.browser()
        token = (await sign_in(browser)).cookies[PERSON]
        await anyio.sleep(1.1)
        late = await browser.get(ANALYSES)
        browser.cookies.clear()
        forged = await browser.get(ANALYSES, headers={"Cookie": f"{PERSON}=x{token}"})
        attempt = (await browser.get("/login")).cookies["raiox_login"]
        other = await browser.get(ANALYSES, headers={"Cookie": f"{PERSON}={attempt}"})

    assert [one.status_code for one in (late, forged, other)] == [401, 401, 401]


async def test_programs_keep_their_keys(start, known):
    async with start(oidc=settings(known)) as service:
        secret, _ = service.service.records.api_keys.add("test", (Scope.READ, Scope.WRITE), None)
        browser = service.browser()
        answers = [
            await browser.post(ANALYSES, content=png(), headers={"Authorization": f"Bearer {one}"})
            for one in (secret, "raiox_wrong")
        ]
        models = await browser.get(
            "/api/v1/models/current", headers={"Authorization": "Bearer raiox_wrong"}
        )

    assert [one.status_code for one in (*answers, models)] == [201, 401, 401]


async def test_what_an_address_says_of_a_failed_login_is_not_repeated(start, known):
    async with start(oidc=settings(known)) as service:
        browser = service.browser()
        answers = [
            await browser.get(f"/login/callback?error={error}", headers=HTML)
            for error in ("access_denied", "call+0800+and+give+your+password")
        ]

    assert "access_denied" in answers[0].text
    assert "password" not in answers[1].text


async def test_a_secret_link_opens_its_analysis_without_a_login(start, known):
    async with start(oidc=settings(known), web={"share_h": 1}) as service:
        browser = service.browser()
        await sign_in(browser)
        address = (await browser.post(ANALYSES, content=png())).headers["location"]
        token = (await browser.post(f"{address}/shares")).json()["token"]
        stranger = service.browser()
        shown = await stranger.get("/api/v1/shared", headers={"Share-Token": token})
        guessed = await stranger.get("/api/v1/shared", headers={"Share-Token": "x"})

    assert [shown.status_code, guessed.status_code] == [200, 404]


async def test_a_provider_that_is_away_or_another_ends_in_a_sentence(start, known):
    known.issuer = "https://id.example.org"
    nobody = OidcSettings(issuer="http://127.0.0.1:9", client_id=CLIENT)
    answers = []
    for oidc in (settings(known), nobody):
        async with start(oidc=oidc) as service:
            answers.append(await service.browser().get("/login", headers=HTML))

    assert [one.status_code for one in answers] == [503, 503]
    assert "O provedor de identidade não responde" in answers[0].text


async def test_where_nobody_signs_in_there_is_no_login(start):
    async with start() as service:
        answers = [await service.browser().get(a) for a in ("/login", "/login/callback")]
        out = await service.browser().post("/logout")

    assert [one.status_code for one in (*answers, out)] == [404, 404, 404]
