"""A connection of pg8000 whose statements take one way to the server and back instead of three.

pg8000 sends Parse, Describe, and Bind with Execute apart and waits for the answer to each. The
protocol lets a client send them together before one Sync; the answers come in the same order.
It also raises one exception for all that the server refuses; a violated constraint has its own here.
Sources: PostgreSQL 15, "Message Flow: Extended Query", "Pipelining", and appendix A; PEP 249, "Exceptions".
"""

from collections.abc import Sequence
from typing import Any, Final

from pg8000.converters import make_params
from pg8000.core import NULL_BYTE, SYNC_MSG, Context
from pg8000.dbapi import Connection, DatabaseError, IntegrityError

from raiox.records.postgresql import sqlstate

VIOLATED_CONSTRAINT: Final = "23"  # class of the SQLSTATEs


class PipelinedConnection(Connection):  # type: ignore[misc]  # the library has no types
    """As pg8000's own, but for the ways and the exceptions."""

    def execute_unnamed(
        self, statement: str, vals: Sequence[Any] = (), oids: Sequence[int] = (), stream: Any = None
    ) -> Context:
        """Run one statement with values; pg8000's cursors call this."""
        if stream is not None:  # COPY, which raiox does not use, talks in between
            return super().execute_unnamed(statement, vals, oids, stream)
        context = Context(statement)
        self.send_PARSE(NULL_BYTE, statement, oids)
        self.send_DESCRIBE_STATEMENT(NULL_BYTE)
        self.send_BIND(NULL_BYTE, make_params(self.py_types, vals))
        self.send_EXECUTE()
        self._sock.write(SYNC_MSG)
        self._sock.flush()
        self.handle_messages(context)
        return context

    def handle_messages(self, context: Context) -> None:
        """Read what the server answers, up to its readiness for more.

        Raises: IntegrityError, DatabaseError.
        """
        try:
            super().handle_messages(context)
        except DatabaseError as error:
            if sqlstate(error).startswith(VIOLATED_CONSTRAINT):
                raise IntegrityError(*error.args) from error
            raise
