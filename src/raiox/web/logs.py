"""One JSON object per line on standard error; never a file name, a tag, an address or a cookie."""

import asyncio
import logging
import re
import sys
from contextlib import suppress

import structlog
from structlog.tracebacks import ExceptionDictTransformer

LEVEL = logging.INFO

_DELIBERATE = re.compile(r"raiox\.\w+\.errors\.\w+: ")


def configure_logs() -> None:
    """Set up structlog and make uvicorn's own lines the same kind."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Without locals: they would carry uploads into the log.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVEL),
        logger_factory=structlog.PrintLoggerFactory(_SafeStderr()),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
    handler = _ToStructlog()
    for name in ("uvicorn", "uvicorn.error", "alembic", "python_multipart"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.WARNING)
        logger.propagate = False
    logging.getLogger("uvicorn.access").disabled = True


class _SafeStderr:
    """Standard error that never breaks a request: a log on a full disk is a lost line."""

    def write(self, text: str) -> None:
        """Write as much as can be written."""
        with suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        """Flush if possible."""
        with suppress(OSError, ValueError):
            sys.stderr.flush()


def _is_cancelled(record: logging.LogRecord, message: str) -> bool:
    """True for what a stop cut short, which is no error: uvicorn reports each with its trace."""
    kind = record.exc_info[0] if record.exc_info else None
    return kind is asyncio.CancelledError or message.endswith("CancelledError")


class _ToStructlog(logging.Handler):
    """Passes records of libraries on."""

    # Garbage on the wire is refused by the protocol or counted by `RequestMiddleware`;
    # a line for each piece would let anybody fill the disk.
    _NOISE = ("Invalid HTTP request received.", "Unsupported upgrade request.")

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        message = record.getMessage().strip()
        if _DELIBERATE.match(message.rpartition("\n")[2]):
            return  # a start that was refused: the command says why, in a sentence
        if message.startswith(self._NOISE) or _is_cancelled(record, message):
            return
        structlog.get_logger().log(
            record.levelno, message, logger=record.name, exc_info=record.exc_info
        )
