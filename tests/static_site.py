"""A plain static server below a path, as an intranet share or an object store would be."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PREFIX = "/raios-x/"


class _Handler(SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        """Only what lies below the path is there."""
        if not path.startswith(PREFIX):
            return str(Path(self.directory) / "nothing-here")
        return super().translate_path(path[len(PREFIX) - 1 :])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served_below_a_path(folder: Path) -> Iterator[str]:
    """The address of the folder's page."""
    handler = partial(_Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
        server.shutdown()
