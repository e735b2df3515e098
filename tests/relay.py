"""A TCP relay between a client and a server, which can cut, hold and lose what passes."""

import socket
import threading
from contextlib import suppress

CHUNK_BYTES = 65_536


class Relay:
    """Passes bytes both ways until it is to do otherwise."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self.port = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._lost_request = self._lost_answer = self._sent_first = b""
        self._sent: set[socket.socket] = set()
        self.n_lost = 0
        self.listen()

    def listen(self) -> None:
        """Accept connections, also after they were refused for a while."""
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def refuse(self) -> None:
        """Accept none, and end those that are open."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def lose_request(self, words: bytes) -> None:
        """Cut when a client sends these bytes next, before the server reads them."""
        self._lost_request = words

    def lose_answer(self, words: bytes, after: bytes) -> None:
        """Cut when the server answers with these bytes next, before the client reads them.

        Args:
            after: what the same client must have sent.
        """
        self._lost_answer, self._sent_first = words, after

    def cut(self) -> None:
        """End every connection that is open now."""
        with self._lock:
            ended, self._open = self._open, set()
        for link in ended:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                try:
                    server = socket.create_connection(self._target)
                except OSError:
                    client.close()
                    continue
                with self._lock:
                    self._open |= {client, server}
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=(*pair, client), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK_BYTES):
                if self._loses(
                    chunk, self._lost_request if source is client else self._lost_answer
                ):
                    break
                target.sendall(chunk)
        for link in (source, target):
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            link.close()
        with self._lock:
            self._open -= {source, target}

    def _loses(self, chunk: bytes, words: bytes) -> bool:
        if not words or words not in chunk:
            return False
        self._lost_request = self._lost_answer = b""
        self.n_lost += 1
        return True
