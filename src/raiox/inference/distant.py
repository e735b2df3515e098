"""Networks that run in other processes: known here by their bundles, never opened."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from raiox.bundle import open_bundle
from raiox.entities import EngineResult, LungOcclusion, ModelIdentity, Radiograph
from raiox.errors import RaioxError
from raiox.inference.errors import ModelUnavailableError
from raiox.inference.installed_models import FIELDS, InstalledModels
from raiox.inference.local import identity_of
from raiox.settings import InferenceSettings


class DistantEngine:
    """An `Engine` that says which networks answer, and computes nothing."""

    def __init__(self, models: Mapping[str, ModelIdentity]) -> None:
        self._models = models

    @classmethod
    def open(cls, settings: InferenceSettings, data_dir: Path) -> "DistantEngine":
        """Verify the checksums of the bundles in use. Raises: BundleError."""
        installed = InstalledModels(settings, data_dir)
        folders = [installed.folder_of(role) for role in FIELDS]
        bundles = [open_bundle(folder) for folder in folders if folder.is_dir()]
        return cls({bundle.manifest.role: identity_of(bundle) for bundle in bundles})

    @property
    def models(self) -> Mapping[str, ModelIdentity]:
        """The networks that answer, by role."""
        return self._models

    @property
    def is_running(self) -> bool:
        """Nothing runs here that could stop."""
        return True

    def predict(self, radiographs: Sequence[Radiograph]) -> list[EngineResult | RaioxError]:
        """Refuse. Raises: ModelUnavailableError."""
        raise _distant(radiographs)

    def occlude_lungs(self, radiographs: Sequence[Radiograph]) -> list[LungOcclusion | RaioxError]:
        """Refuse. Raises: ModelUnavailableError."""
        raise _distant(radiographs)


def _distant(radiographs: Sequence[Radiograph]) -> ModelUnavailableError:
    return ModelUnavailableError(reason="distant", n_radiographs=len(radiographs))
