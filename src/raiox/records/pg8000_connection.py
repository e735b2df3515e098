"""A connection of pg8000 whose statements take one way to the server and back instead of three.

pg8000 sends Parse, Describe, and Bind with Execute apart and waits for the answer to each. The
protocol lets a client send them together before one Sync; the answers come in the same order.
A statement that comes often is prepared, so that the server does not plan it each time, and its
parameters are numbered once, which pg8000 does letter by letter at each use.
It also raises one exception for all that the server refuses; a violated constraint has its own here.
Sources: PostgreSQL 15, "Message Flow: Extended Query", "Pipelining", and appendix A; PEP 249, "Exceptions".
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from pg8000.converters import make_params
from pg8000.core import NULL_BYTE, SYNC_MSG, Context
from pg8000.dbapi import (
    Connection,
    Cursor,
    DatabaseError,
    IntegrityError,
    InterfaceError,
    convert_paramstyle,
)

from raiox.records.postgresql_errors import sqlstate

PREPARED_AFTER, MAX_PREPARED = 5, 100
"""Uses, and statements of one connection; those of psycopg."""
MAX_COUNTED: Final = 1_000
VIOLATED_CONSTRAINT: Final = "23"  # class of the SQLSTATEs


class PipelinedConnection(Connection):  # type: ignore[misc]  # the library has no types
    """As pg8000's own, but for the ways, the exceptions, and statements that are prepared."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._n_uses: Counter[str] = Counter()
        self._prepared: dict[str, tuple[Any, ...]] = {}
        super().__init__(*arguments, **options)

    def cursor(self) -> "NumberingCursor":
        """What SQLAlchemy runs statements with."""
        return NumberingCursor(self)

    def execute_unnamed(
        self, statement: str, vals: Sequence[Any] = (), oids: Sequence[int] = (), stream: Any = None
    ) -> Context:
        """Run one statement with values; pg8000's cursors call this."""
        if stream is not None:  # COPY, which raiox does not use, talks in between
            return super().execute_unnamed(statement, vals, oids, stream)
        if prepared := self._prepared_or_none(statement, oids):
            return self.execute_named(prepared[0], make_params(self.py_types, vals), *prepared[1:])
        context = Context(statement)
        self.send_PARSE(NULL_BYTE, statement, oids)
        self.send_DESCRIBE_STATEMENT(NULL_BYTE)
        self.send_BIND(NULL_BYTE, make_params(self.py_types, vals))
        self.send_EXECUTE()
        self._sock.write(SYNC_MSG)
        self._sock.flush()
        self.handle_messages(context)
        return context

    def _prepared_or_none(self, statement: str, oids: Sequence[int]) -> tuple[Any, ...] | None:
        """What the server needs not parse and plan again, from some uses of a statement on."""
        if statement not in self._prepared and not oids:
            self._n_uses[statement] += 1
            if len(self._n_uses) > MAX_COUNTED:
                self._n_uses.clear()
            if self._n_uses[statement] > PREPARED_AFTER and len(self._prepared) < MAX_PREPARED:
                name, columns, converters = self.prepare_statement(statement, ())
                self._prepared[statement] = (name, columns, converters, statement)
        return self._prepared.get(statement)

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


class NumberingCursor(Cursor):  # type: ignore[misc]  # the library has no types
    """As pg8000's own, but it remembers the statements whose parameters it has numbered."""

    _input_oids: Sequence[int]

    def execute(self, operation: str, args: Sequence[Any] = (), stream: Any = None) -> None:
        """Run one statement, in a transaction unless the connection commits by itself.

        Raises: InterfaceError, IntegrityError, DatabaseError.
        """
        if stream is not None or not args:
            super().execute(operation, args, stream)
            return
        if self._c is None:
            raise InterfaceError("Cursor closed")
        if not (self._c._in_transaction or self._c.autocommit):  # noqa: SLF001  (as the library does)
            self._c.execute_simple("begin transaction")
        self._context = self._c.execute_unnamed(_numbered(operation), args, self._input_oids)
        self._row_iter = None if self._context.rows is None else iter(self._context.rows)
        self._input_oids = ()


@lru_cache(MAX_COUNTED)
def _numbered(statement: str) -> str:
    """Its `%s` as `$1`, `$2` and so on."""
    numbered: str
    numbered, _ = convert_paramstyle("format", statement, ())
    return numbered
