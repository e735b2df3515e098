"""The FastAPI app, put together from its parts; no global state, no work at import."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from raiox.bundle.manifest import EMBEDDING_MAP_FILE
from raiox.errors import RaioxError
from raiox.inference.installed_models import InstalledModels
from raiox.service.lifecycle import Factories, run_service
from raiox.service.roles import Role
from raiox.settings import Settings
from raiox.web.admission import Admission
from raiox.web.api import (
    admin,
    analyses,
    case_map,
    deletions,
    health,
    models,
    report_pdf,
    shares,
)
from raiox.web.api.reference_cases import ReferenceCases
from raiox.web.api.serializers import API
from raiox.web.api.uploads import require_place
from raiox.web.dependencies import WebContext
from raiox.web.drift_watch import DriftWatch
from raiox.web.http.connections import Connections, max_connections, raise_file_limit
from raiox.web.http.middleware import RequestMiddleware
from raiox.web.http.problems import install_problem_handlers
from raiox.web.http.proxy import ProxyMiddleware
from raiox.web.http.receipts import Receipts
from raiox.web.login import routes
from raiox.web.login.gate import LoginGate
from raiox.web.login.login import Login
from raiox.web.metrics import Metrics, Watched
from raiox.web.rate_limits import RateLimits
from raiox.web.sessions import open_sessions
from raiox.web.site import device, html_form
from raiox.web.site.examples import open_examples
from raiox.web.site.static import INDEX, StaticSite
from raiox.web.turns import FairTurns

BUILT_PAGE = Path(__file__).parent / "page"
UPLOADS = f"{API}/analyses"
HOUR_S = 3_600
TURNS_PER_DECODER = 3
"""An upload in its turn is also checked, encoded and stored, so decoders wait for nobody."""
DECODE_WAIT_S = 6.0
N_RENDERING = 2
RENDER_WAIT_S = 5.0


def create_app(settings: Settings, factories: Factories, *, page_dir: Path = BUILT_PAGE) -> FastAPI:
    """The whole service as one app; its lifespan starts and stops everything.

    Args:
        factories: which engine and intake answer, and in which role; one that only works has no page
            and no API, but says how it is.
        page_dir: the built page; may be absent.
    """
    app = FastAPI(
        title="raiox",
        summary="Reads chest radiographs. Research use. Not a medical device.",
        version="1",
        lifespan=lambda app: _lifespan(app, settings, factories),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    web_context = _context(settings)
    app.state.web_context = web_context
    _watch(web_context)
    site = StaticSite(page_dir, settings.web.reading)
    _add_middleware(app, web_context, site)
    install_problem_handlers(app)
    if factories.role is Role.WORKER:
        app.include_router(health.router)
        return app
    app.add_exception_handler(404, html_form.respond_not_found)
    for router in (
        admin.router,
        analyses.router,
        deletions.router,
        report_pdf.router,
        models.router,
        case_map.router,
        health.router,
        shares.router,
        device.router,
        html_form.router,
        routes.router,
    ):
        # Taken as they are: `include_router` would build each route anew at the first request.
        app.router.routes.extend(router.routes)
    _serve_page(app, site)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI, settings: Settings, factories: Factories) -> AsyncIterator[None]:
    try:
        async with run_service(settings, factories) as service:
            app.state.service = service
            records, context = service.records, app.state.web_context
            context.metrics.watch(
                Watched(
                    "raiox_engine_running",
                    "0 while the process of the networks is away.",
                    lambda: service.engine_holder.is_running,
                ),
                Watched(
                    "raiox_erasure_owed",
                    "1 while deleted rows may stand in the database's log.",
                    lambda: records.database.erasure_owed,
                ),
                Watched(
                    "raiox_deletion_held",
                    "1 while nothing is deleted, because the clock was set ahead.",
                    lambda: records.watch.held(context.settings.records.keep_images_h * HOUR_S),
                ),
            )
            yield
    except RaioxError as error:
        app.state.start_failure = error  # for whoever started the server to say
        raise


def _add_middleware(app: FastAPI, web_context: WebContext, site: StaticSite) -> None:
    """Wrap the app; what is added last sees a request first."""
    settings = web_context.settings
    if web_context.login is not None:
        app.add_middleware(LoginGate, login=web_context.login, files=site.addresses)
    app.add_middleware(
        RequestMiddleware,
        sessions=web_context.sessions,
        metrics=web_context.metrics,
        max_upload_bytes=settings.intake.max_upload_bytes,
        settings=settings.web,
        # Before FastAPI looks at a request, which takes longer than to refuse it.
        gates={UPLOADS: lambda: require_place(web_context, app.state.service)},
    )
    if settings.web.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.web.cors_origins,
            allow_methods=("GET", "HEAD", "POST", "DELETE"),
            allow_headers=("Authorization", "Content-Type", "Prefer", "Idempotency-Key"),
            expose_headers=(
                "Location",
                "Retry-After",
                "X-Request-ID",
                "RateLimit",
                "RateLimit-Policy",
            ),
            allow_credentials=True,
        )
    app.add_middleware(ProxyMiddleware, settings=settings.web)


def _context(settings: Settings) -> WebContext:
    installed = InstalledModels(settings.inference, settings.data_dir)
    max_age_s = round(settings.records.keep_results_h * HOUR_S)
    sessions = open_sessions(settings.web, settings.data_dir, max_age_s)
    return WebContext(
        settings=settings,
        sessions=sessions,
        login=Login(settings.oidc, sessions) if settings.oidc.issuer else None,
        limits=RateLimits(settings.web, max_megapixels=settings.records.max_megapixels),
        admission=Admission(settings.records.max_queued),
        connections=Connections(max_connections(raise_file_limit())),
        receipts=Receipts(),
        decoding=_decoding_turns(settings.intake.n_decoders),
        rendering=FairTurns(N_RENDERING, n_slow=1, wait_s=RENDER_WAIT_S),
        metrics=Metrics(),
        drift=DriftWatch(),
        examples=open_examples(settings),
        reference_cases=ReferenceCases(
            lambda: installed.folder_of("classifier") / EMBEDDING_MAP_FILE, settings.datasets
        ),
        models=installed,
    )


def _watch(web_context: WebContext) -> None:
    """Show what each limit holds and has refused."""
    admission, receipts = web_context.admission, web_context.receipts
    connections = web_context.connections
    web_context.metrics.watch(
        Watched("raiox_connections", "Open connections.", lambda: connections.n_open),
        Watched(
            "raiox_connections_evicted", "Idle connections that made room for others.",
            lambda: connections.n_evicted, grows=True,
        ),
        Watched("raiox_receipts", "Bodies that arrive.", lambda: receipts.n_open),
        Watched("raiox_receipts_bytes", "Bytes of them in memory.", lambda: receipts.n_bytes),
        Watched(
            "raiox_receipts_evicted", "Slow bodies that made room for others.",
            lambda: receipts.n_evicted, grows=True,
        ),
        Watched(
            "raiox_admission_refused", "Uploads refused from their head, the queue being full.",
            lambda: admission.n_refused, grows=True,
        ),
    )  # fmt: skip
    for name in ("decoding", "rendering"):
        turns: FairTurns = getattr(web_context, name)
        web_context.metrics.watch(
            Watched(f"raiox_{name}_waiting", f"Callers that wait for {name}.", partial(_waiting, turns)),
            Watched(
                f"raiox_{name}_refused", f"Callers that waited for {name} in vain.",
                partial(_refused, turns), grows=True,
            ),
        )  # fmt: skip


def _waiting(turns: FairTurns) -> int:
    return turns.n_waiting


def _refused(turns: FairTurns) -> int:
    return turns.n_refused


def _decoding_turns(n_decoders: int) -> FairTurns:
    """Turns in decoding; one decoder at least is kept from files that take long."""
    return FairTurns(
        TURNS_PER_DECODER * n_decoders, n_slow=max(1, n_decoders - 1), wait_s=DECODE_WAIT_S
    )


def _serve_page(app: FastAPI, page: StaticSite) -> None:
    async def index(request: Request) -> Response:
        web_context: WebContext = request.app.state.web_context
        if web_context.login is None:
            # The first visit begins the session, so that uploads sent at the same time share it.
            web_context.sessions.owner_of(request)
        return page.respond(request, INDEX)

    app.add_api_route("/", index, include_in_schema=False)
    for address in page.addresses:
        app.add_api_route(address, _asset(page, address), include_in_schema=False)


def _asset(page: StaticSite, address: str) -> Callable[..., object]:
    async def asset(request: Request) -> Response:
        return page.respond(request, address.removeprefix("/"))

    return asset
