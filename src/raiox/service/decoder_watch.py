"""Whether uploads can be decoded now, for those who must not wait long for the answer.

Decoders that start, or cannot, keep whoever asks for up to minutes. So one thread waits for
them, however many want to know, and nobody waits longer than a moment for that thread.
"""

import asyncio

from raiox.intake.errors import DecodersUnavailableError
from raiox.service.dependencies import ReadsUploads

PATIENCE_S = 2.0
RETRY_AFTER_S = 5


class DecoderWatch:
    """Looks at the decoders of one intake."""

    def __init__(self, intake: ReadsUploads, patience_s: float = PATIENCE_S) -> None:
        self._intake = intake
        self._patience_s = patience_s
        self._looking: asyncio.Task[None] | None = None

    async def require_ready(self) -> None:
        """Wait a moment for decoders that are ready and confined; starts dead ones anew.

        Raises: SandboxTooWeakError, InternalError; DecodersUnavailableError if it takes longer.
        """
        if self._looking is None:
            self._looking = asyncio.create_task(asyncio.to_thread(self._intake.require_confinement))
        looking = self._looking
        done, _ = await asyncio.wait({looking}, timeout=self._patience_s)
        if not done:
            raise DecodersUnavailableError(retry_after_s=RETRY_AFTER_S)
        if self._looking is looking:
            self._looking = None
        looking.result()
