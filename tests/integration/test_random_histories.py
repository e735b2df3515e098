"""Random histories of operations by several owners, restarts among them, against a simple model.

The model knows what each owner must see; whatever the service shows beside it, hides, brings back
or shows to somebody else is a fault. Source: Claessen & Hughes, "QuickCheck", ICFP 2000;
Hypothesis, stateful testing.
"""

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import structlog
from fakes import FakeEngine, FakeIntake, png
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    rule,
    run_state_machine_as_test,
)

from raiox.service.lifecycle import Factories
from raiox.settings import Settings, WebSettings
from raiox.web.app import create_app

ANALYSES = "/api/v1/analyses"
SHARED = "/api/v1/shared"
OWNERS = ("ana", "bia", "caio")
STATES = ("queued", "running", "done")
N_HISTORIES = 6
N_STEPS = 25


@dataclass
class Known:
    """One analysis, as its owner knows it."""

    id: str
    owner: str
    content: bytes
    state: str
    links: dict[str, str] = field(default_factory=dict)
    """Tokens, by the ids of the links."""


class Histories(RuleBasedStateMachine):
    """Three browsers, and whoever follows a secret link."""

    analyses = Bundle("analyses")
    n_judged = 0
    """Histories that were looked at from their end without a fault."""

    def __init__(self) -> None:
        super().__init__()
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory()
        self._browsers: dict[str, httpx.AsyncClient] = {}
        self._alive: dict[str, Known] = {}
        self._gone: list[Known] = []
        self._keys: dict[tuple[str, str], Known] = {}
        self._revoked: list[str] = []
        self._start()

    def teardown(self) -> None:
        self.everybody_sees_their_own_and_nothing_else()
        self.links_lead_to_what_they_were_made_for()
        self.nothing_deleted_comes_back()
        Histories.n_judged += 1
        self._stop()
        self._runner.close()
        self._folder.cleanup()
        structlog.reset_defaults()

    @rule(target=analyses, owner=st.sampled_from(OWNERS), mark=st.integers(0, 5),
          key=st.sampled_from(("", "k1", "k2")), wait=st.sampled_from(("wait=0", "wait=5")))  # fmt: skip
    def upload(self, owner: str, mark: int, key: str, wait: str) -> str:
        content = png(mark=mark)
        answer = self._send(
            "POST", ANALYSES, owner, content,
            {"Prefer": wait} | ({"Idempotency-Key": key} if key else {}),
        )  # fmt: skip
        known = self._keys.get((owner, key))
        if known and known.content != content:
            assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
            return known.id
        assert answer.status_code in (201, 202)
        document = answer.json()
        if known:
            assert document["id"] == known.id
            return known.id
        assert document["id"] not in {*self._alive, *(one.id for one in self._gone)}
        new = Known(document["id"], owner, content, document["state"])
        self._alive[new.id] = new
        if key:
            self._keys[owner, key] = new
        return new.id

    @rule(name=analyses, caller=st.sampled_from(OWNERS))
    def get(self, name: str, caller: str) -> None:
        answer = self._send("GET", f"{ANALYSES}/{name}", caller)
        known = self._alive.get(name)
        if known is None or known.owner != caller:
            assert answer.status_code == 404
            return
        state = answer.json()["state"]
        assert STATES.index(state) >= STATES.index(known.state)
        known.state = state

    @rule(name=analyses, caller=st.sampled_from(OWNERS), part=st.sampled_from(("image", "export")))
    def get_part(self, name: str, caller: str, part: str) -> None:
        answer = self._send("GET", f"{ANALYSES}/{name}/{part}", caller)
        known = self._alive.get(name)
        own = known is not None and known.owner == caller
        assert answer.status_code == (200 if own else 404)

    @rule(name=consumes(analyses), caller=st.sampled_from(OWNERS))
    def delete(self, name: str, caller: str) -> None:
        answer = self._send("DELETE", f"{ANALYSES}/{name}", caller)
        known = self._alive.get(name)
        if known is None or known.owner != caller:
            assert answer.status_code == 404
            return
        assert answer.status_code == 204
        self._gone.append(self._alive.pop(name))
        self._keys = {which: one for which, one in self._keys.items() if one is not known}

    @rule(name=analyses, caller=st.sampled_from(OWNERS))
    def share(self, name: str, caller: str) -> None:
        answer = self._send("POST", f"{ANALYSES}/{name}/shares", caller)
        known = self._alive.get(name)
        if known is None or known.owner != caller:
            assert answer.status_code == 404
            return
        assert answer.status_code == 201
        known.links[answer.json()["id"]] = answer.json()["token"]

    @rule(name=analyses, caller=st.sampled_from(OWNERS))
    def revoke(self, name: str, caller: str) -> None:
        known = self._alive.get(name)
        if known is None or not known.links:
            return
        link = next(iter(known.links))
        answer = self._send("DELETE", f"{ANALYSES}/{name}/shares/{link}", caller)
        if known.owner != caller:
            assert answer.status_code == 404
            return
        assert answer.status_code == 204
        self._revoked.append(known.links.pop(link))

    @rule()
    def restart(self) -> None:
        self._stop()
        self._start()

    @rule()
    def everybody_sees_their_own_and_nothing_else(self) -> None:
        for owner in OWNERS:
            listed = self._send("GET", f"{ANALYSES}?limit=100", owner).json()["analyses"]
            own = {one.id for one in self._alive.values() if one.owner == owner}
            assert len(listed) == len(own)
            assert {one["id"] for one in listed} == own

    @rule()
    def links_lead_to_what_they_were_made_for(self) -> None:
        for known in self._alive.values():
            for token in known.links.values():
                answer = self._follow(token)
                assert answer.json()["analysis"]["id"] == known.id
        over = [token for one in self._gone for token in one.links.values()]
        for token in (*over, *self._revoked):
            assert self._follow(token).status_code == 404

    @rule()
    def nothing_deleted_comes_back(self) -> None:
        kept = {path.name for path in (Path(self._folder.name) / "images").glob("*")}
        for one in self._gone:
            assert self._send("GET", f"{ANALYSES}/{one.id}", one.owner).status_code == 404
            assert not [name for name in kept if one.id in name]

    def _send(self, method: str, path: str, owner: str, content=b"", headers=None):
        return self._runner.run(self._sent(method, path, owner, content, headers or {}))

    async def _sent(self, method, path, owner, content, headers):
        answer = await self._browsers[owner].request(method, path, content=content, headers=headers)
        assert answer.status_code < 500, answer.text
        return answer

    def _follow(self, token: str):
        return self._runner.run(self._sent("GET", SHARED, "ana", b"", {"Share-Token": token}))

    def _start(self) -> None:
        self._app = create_app(
            Settings(
                data_dir=Path(self._folder.name),
                datasets=None,
                web=WebSettings(share_h=1, limits=False),
            ),
            Factories(FakeEngine, FakeIntake),
        )
        self._browsers = {owner: self._browser(owner) for owner in OWNERS}
        self._lifespan = self._app.router.lifespan_context(self._app)
        self._runner.run(self._started())

    def _browser(self, owner: str) -> httpx.AsyncClient:
        """With the cookie that it had before the restart."""
        before = self._browsers.get(owner)
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self._app),
            base_url="http://localhost",
            cookies=before.cookies if before else None,
        )

    async def _started(self) -> None:
        await self._lifespan.__aenter__()
        while not self._app.state.service.engine_holder.is_running:  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    def _stop(self) -> None:
        self._runner.run(self._lifespan.__aexit__(None, None, None))


OF_EACH_KIND = settings(
    max_examples=N_HISTORIES, stateful_step_count=N_STEPS, deadline=None,
    derandomize=True, database=None, suppress_health_check=list(HealthCheck),
)  # fmt: skip


def test_random_histories_show_each_owner_their_own_and_nothing_else():
    run_state_machine_as_test(Histories, settings=OF_EACH_KIND)

    assert Histories.n_judged >= N_HISTORIES
