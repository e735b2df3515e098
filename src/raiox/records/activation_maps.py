"""Where the activation maps of analyses lie: in their rows, or in files beside their images.

They are most of a finished row. A file is put under a name of its own before the row that
names it is committed, so that neither a crash nor a second attempt leaves a row without its maps;
what no row came to name, the sweep deletes. Each row says where its own lie, whatever the
settings say later.
"""

import secrets
from dataclasses import replace
from typing import Final

from sqlalchemy import select

from raiox.records.database import Database
from raiox.records.errors import AnalysisNotFoundError
from raiox.records.images import ImageStore
from raiox.records.rows import Claim, Completion
from raiox.records.tables import analyses

N_NAME_BYTES: Final = 8
SUFFIX: Final = ".npy"


class ActivationMaps:
    """The maps of every analysis."""

    def __init__(self, database: Database, files: ImageStore, *, in_files: bool) -> None:
        """Prepare.

        Args:
            in_files: put those that come from now on into files.
        """
        self._database = database
        self._files = files
        self.in_files = in_files

    def put(self, claim: Claim, end: Completion) -> Completion:
        """Keep the maps in a file, which the completion then names instead of holding them.

        Raises: StorageFullError, RecordsUnavailableError.
        """
        if end.maps is None:
            return end
        suffix = f".{secrets.token_hex(N_NAME_BYTES)}{SUFFIX}"
        self._files.put(claim.id, claim.sha256, end.maps, suffix)
        return replace(end, maps=None, maps_suffix=suffix)

    def take_back(self, claim: Claim, end: Completion) -> None:
        """Delete the file of a completion that was refused."""
        if end.maps_suffix:
            self._files.remove(claim.id, claim.sha256, (end.maps_suffix,))

    def read(self, analysis_id: str, owner: str) -> bytes | None:
        """Those of one analysis, None where there are none.

        Raises: AnalysisNotFoundError, RecordsUnavailableError.
        """
        columns = analyses.c
        statement = select(columns.sha256, columns.maps, columns.maps_suffix).where(
            columns.id == analysis_id, columns.owner == owner
        )
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        if row is None:
            raise AnalysisNotFoundError
        if row.maps_suffix:
            return self._files.read(analysis_id, row.sha256, row.maps_suffix)
        return None if row.maps is None else bytes(row.maps)
