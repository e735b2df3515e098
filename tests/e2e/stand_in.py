"""A service of a few lines that serves the built page and answers as instructed.

For states the real one reaches rarely: a slow queue, a full one, a proxy's
error page. Its documents are made by raiox itself, so they cannot drift from
the contract; its radiographs are drawn.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import Any, ClassVar, Self
from uuid import uuid4

from raiox.vocabulary import FINDINGS, ImageKind
from raiox.web.api.schemas import CurrentModel, CurrentModels, OperatingFigures
from raiox.web.http.middleware import SECURITY_HEADERS

from .documents import (
    MODELS,
    PNG,
    heatmap_png,
    lungs_png,
    make_admin_status,
    make_document,
    make_occlusion,
    make_problem,
)
from .report import make_map

JSON = "application/json"
TOKEN = "secret-token"
"""Of a link to the latest analysis."""
SHARE = {
    "id": "one",
    "created_at": "2026-11-28T12:00:00Z",
    "expires_at": "2026-12-01T12:00:00Z",
}
QUEUED = {"state": "queued", "queue_position": 3, "estimated_wait_s": 11}
PROXY_PAGE = b"<html><body>502 Bad Gateway</body></html>"


def describe_models(
    labels: Sequence[str] = FINDINGS,
    architecture: str | None = "mobilenet",
    *,
    multi_label: bool = False,
) -> dict[str, Any]:
    """What the service says of its models and of itself."""
    labels = [str(label) for label in labels]
    preprocessing = {"side_px": 192, "fit": "letterbox", "mean": 0.5, "std": 0.5}
    models = {
        role: CurrentModel(
            id=MODELS[role].id,
            sha256=MODELS[role].sha256,
            architecture=network,
            labels=outputs,
            multi_label=several,
            preprocessing=preprocessing,
        )
        for role, network, outputs, several in (
            ("frontal_filter", "mobilenet", map(str, ImageKind), False),
            ("classifier", architecture, labels, multi_label),
        )
    }
    return CurrentModels(
        models=models,
        labels=labels,
        operating_points={label: 0.36 + n / 100 for n, label in enumerate(labels)},
        operating_figures={
            label: OperatingFigures(sensitivity=0.9, specificity=0.8) for label in labels
        },
        max_upload_bytes=25_000_000,
        max_pixels=25_000_000,
        keep_images_h=24,
        keep_results_h=720,
        share_h=72,
        writes_pdf=True,
        login=False,
    ).model_dump(mode="json")


@dataclass
class Script:
    """What the stand-in does with the next uploads."""

    answer: str = "analysed"
    """A key of `documents.READINGS`, a problem code, `proxy_page` or `hang_up`."""
    n_polls: int = 0
    """How often an analysis is still queued when it is looked at."""
    delay_s: float = 0.0
    models: dict[str, Any] = field(default_factory=describe_models)
    report: dict[str, Any] | None = None
    """What the bundle brings of its evaluation."""
    case_map: dict[str, Any] = field(default_factory=make_map)
    translate: Callable[[Any], Any] = lambda document: document
    """Applied to every JSON document, e.g. to add a language to its texts."""
    admin_key: str | None = None
    """Without which nothing is said of the service; none is needed by default."""
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    uploads: list[bytes] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """Idempotency keys, one for each upload."""


class StandIn:
    """The server, alive while the context is."""

    def __init__(self, page: Path) -> None:
        self.script = Script()
        handler = type("Handler", (_Handler,), {"stand_in": self, "page": page})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        # Looked at so often whether it is to end; by default a test would wait half a second for that.
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    stand_in: ClassVar[StandIn]
    page: ClassVar[Path]
    protocol_version = "HTTP/1.1"

    @property
    def script(self) -> Script:
        return self.stand_in.script

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if document := self._document_at(path):
            self._send_json(200, document)
        elif path == "/api/v1/admin":
            self._send_admin_status()
        elif found := re.fullmatch(r"/api/v1/shared(/.*)?", path):
            self._send_shared(found[1] or "")
        elif found := re.fullmatch(r"/api/v1/analyses/([^/]+)(/.*)?", path):
            self._send_part(found[1], found[2] or "")
        elif path.startswith("/api/"):
            self._send_problem("not_found")
        else:
            self._send_file(path)

    def _document_at(self, path: str) -> Any:
        """What is there for everybody, or nothing."""
        script = self.script
        return {
            "/api/v1/models/current": script.models,
            "/api/v1/models/current/report": script.report,
            "/api/v1/embedding-map": script.case_map,
            "/api/v1/analyses": {
                "analyses": list(reversed(script.kept.values())),
                "next_cursor": None,
            },
            "/api/v1/examples": {"examples": []},
        }.get(path)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        script = self.script
        script.uploads.append(body)
        script.keys.append(self.headers["Idempotency-Key"])
        time.sleep(script.delay_s)
        if script.answer == "hang_up":
            self.close_connection = True
        elif script.answer == "proxy_page":
            self._send(502, "text/html", PROXY_PAGE)
        elif document := make_document(str(uuid4()), script.answer):
            script.kept[document["id"]] = document
            queued = {**document, **QUEUED}
            self._send_json(202 if script.n_polls else 201, queued if script.n_polls else document)
        else:
            self._send_problem(script.answer)

    def do_DELETE(self) -> None:
        self.script.kept.pop(self.path.rpartition("/")[2], None)
        self._send(204, JSON, b"")

    def _send_part(self, analysis_id: str, part: str) -> None:
        document = self.script.kept.get(analysis_id)
        if document is None:
            self._send_problem("analysis_not_found")
        elif part == "/image":
            self._send(200, "image/png", PNG)
        elif part.startswith("/heatmap/"):
            self._send(200, "image/png", heatmap_png(part))
        elif part == "/lungs.png":
            self._send(200, "image/png", lungs_png())
        elif part == "/shortcuts":
            self._send_json(200, make_occlusion())
        elif part == "/shares":
            self._send_json(200, {"shares": [SHARE]})
        elif self.script.n_polls > 0:
            self.script.n_polls -= 1
            self._send_json(200, {**document, **QUEUED})
        else:
            self._send_json(200, document)

    def _send_shared(self, part: str) -> None:
        """The latest analysis, to whoever has the token."""
        if self.headers["Share-Token"] != TOKEN or not self.script.kept:
            self._send_problem("share_not_found")
        elif part:
            self._send_part(next(reversed(self.script.kept)), part)
        else:
            document = dict(next(reversed(self.script.kept.values())))
            address = f"/api/v1/analyses/{document['id']}"
            shared = json.loads(json.dumps(document).replace(address, "/api/v1/shared"))
            until = document["expires_at"]
            self._send_json(200, {"analysis": shared, "expires_at": until})

    def _send_admin_status(self) -> None:
        wanted = self.script.admin_key
        brought = (self.headers["Authorization"] or "").removeprefix("Bearer ")
        if wanted is None or brought == wanted:
            self._send_json(200, make_admin_status())
        else:
            self._send_problem("key_invalid" if brought else "key_required")

    def _send_file(self, path: str) -> None:
        file = self.page / (path.lstrip("/") or "index.html")
        if file.is_file():
            self._send(200, guess_type(file.name)[0] or "text/plain", file.read_bytes())
        else:
            self._send_problem("not_found")

    def _send_problem(self, code: str) -> None:
        problem, headers = make_problem(code)
        self._send_json(problem["status"], problem, headers)

    def _send_json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, JSON, json.dumps(self.script.translate(body)).encode(), headers)

    def _send(
        self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {**SECURITY_HEADERS, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_one_request(self) -> None:
        with suppress(ConnectionError):  # the browser may leave before the answer
            super().handle_one_request()

    def log_message(self, *_: object) -> None:
        """Say nothing; a failing test says what it saw."""
