"""A plain static server below a path, as an intranet share or an object store would be."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PREFIX = "/raios-x/"


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *args: Any, sent: dict[str, int], **named: Any) -> None:
        self._sent = sent
        super().__init__(*args, **named)

    def end_headers(self) -> None:
        """No help for the browser's own cache, as on the least of hosts."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Count what is sent."""
        name = self.path.removeprefix(PREFIX)
        self._sent[name] = self._sent.get(name, 0) + os.fstat(source.fileno()).st_size
        super().copyfile(source, outputfile)

    def translate_path(self, path: str) -> str:
        """Only what lies below the path is there."""
        if not path.startswith(PREFIX):
            return str(Path(self.directory) / "nothing-here")
        return super().translate_path(path[len(PREFIX) - 1 :])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served_below_a_path(folder: Path, sent: dict[str, int] | None = None) -> Iterator[str]:
    """The address of the folder's page.

    Args:
        sent: gets the bytes that are sent of each file.
    """
    sent = {} if sent is None else sent
    handler = partial(_Handler, directory=str(folder), sent=sent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
        server.shutdown()
