"""The networks as files, for a browser that reads images on its own device.

`device.json` says what there is; every other file is named by the hash of its content, so that it
never changes and a browser needs it once. Nothing of an image is sent to either.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from raiox.bundle.manifest import (
    EMBEDDING_DISTANCE_FILE,
    EMBEDDING_MAP_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    REPORT_FILE,
    BundleManifest,
    Role,
)
from raiox.entities import ModelIdentity
from raiox.inference.installed_models import InstalledModels
from raiox.inference.local import manifest_identity
from raiox.settings import Settings
from raiox.web.api.serializers import API, describe_models
from raiox.web.dependencies import ExamplesDep, RootPathDep, ServiceDep, WebDep
from raiox.web.errors import UnknownRouteError
from raiox.web.site.static import IMMUTABLE, REVALIDATE

CATALOGUE: Final = "device.json"
FOLDER: Final = "models"
ROLES: Final[tuple[Role, ...]] = ("frontal_filter", "classifier", "lungs")
SIDE_FILES: Final = (EMBEDDING_MAP_FILE, EMBEDDING_DISTANCE_FILE, REPORT_FILE)
"""Of the classifier's bundle."""
LIMITS: Final = {"max_pixels", "min_side_px", "max_inflated_bytes", "max_jpeg_scans"}
"""Settings of intake that hold on the device as well."""
NOT_NEEDED: Final = {"training", "files", "licence"}
"""Of a manifest: who wants them reads the card."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class DeviceFile:
    """One file of a bundle in use."""

    name: str
    """Where it is served below `FOLDER`: the hash of its content, with its ending."""
    path: Path
    sha256: str

    def describe(self) -> dict[str, Any]:
        """As the catalogue names it."""
        size = self.path.stat().st_size
        return {"path": f"{FOLDER}/{self.name}", "sha256": self.sha256, "n_bytes": size}


class DeviceFiles:
    """The files of the bundles in use."""

    def __init__(self, models: InstalledModels) -> None:
        """Read the manifests.

        Args:
            models: of the installation; they were verified when they were chosen.
        """
        folders = {role: models.folder_of(role) for role in ROLES}
        self._manifests: dict[Role, BundleManifest] = {
            role: BundleManifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())
            for role, folder in folders.items()
            if (folder / MANIFEST_FILE).is_file()
        }
        self._models = {
            role: _file(folders[role], MODEL_FILE, manifest)
            for role, manifest in self._manifests.items()
        }
        classifier = self._manifests["classifier"]
        self._side_files = {
            name: _file(folders["classifier"], name, classifier)
            for name in SIDE_FILES
            if name in classifier.files
        }

    def all(self) -> Sequence[DeviceFile]:
        """Every file that the catalogue names."""
        return (*self._models.values(), *self._side_files.values())

    def find(self, name: str) -> DeviceFile:
        """One of them. Raises: UnknownRouteError for any other name."""
        for file in self.all():
            if file.name == name:
                return file
        raise UnknownRouteError

    def catalogue(
        self, settings: Settings, examples: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """What a browser needs to know before it reads an image.

        Args:
            settings: of the service, whose limits and times hold on the device as well.
            examples: images to try, with their addresses.
        """
        return {
            "networks": {role: self._network(role) for role in self._manifests},
            **{
                name.removesuffix(".json"): (
                    self._side_files[name].describe() if name in self._side_files else None
                )
                for name in SIDE_FILES
            },
            # What never left the device is at no address, and the browser prints it.
            "models": describe_models(
                self._identities(), settings, share_h=0, writes_pdf=False
            ).model_dump(mode="json"),
            "limits": settings.intake.model_dump(include=LIMITS),
            "keep_values": settings.records.keep_values,
            "delete_heatmaps_with_image": settings.records.delete_heatmaps_with_image,
            "examples": list(examples),
        }

    def _network(self, role: Role) -> dict[str, Any]:
        manifest, model = self._manifests[role], self._models[role]
        return {
            "sha256": model.sha256,
            "manifest": manifest.model_dump(mode="json", exclude=NOT_NEEDED),
            "model": model.describe(),
        }

    def _identities(self) -> dict[str, ModelIdentity]:
        return {
            role: manifest_identity(manifest, self._models[role].sha256)
            for role, manifest in self._manifests.items()
        }


def catalogue_json(catalogue: Mapping[str, Any]) -> str:
    """The catalogue as a file."""
    return json.dumps(catalogue, ensure_ascii=False, separators=(",", ":"))


@router.get(f"/{CATALOGUE}")
async def device_catalogue(
    web_context: WebDep, service: ServiceDep, examples: ExamplesDep, root_path: RootPathDep
) -> Response:
    """What there is to read images with on the device."""
    described = examples.describe(f"{root_path}{API}/examples")
    settings, models = web_context.settings, web_context.models
    catalogue = await service.executors.read(
        lambda: DeviceFiles(models).catalogue(settings, described)
    )
    return JSONResponse(catalogue, headers={"Cache-Control": REVALIDATE})


@router.get(f"/{FOLDER}/{{name}}")
async def device_file(name: str, web_context: WebDep, service: ServiceDep) -> Response:
    """One file of a bundle in use."""
    content = await service.executors.read(lambda: _content(web_context.models, name))
    media_type = "application/json" if name.endswith(".json") else "application/octet-stream"
    return Response(content, 200, {"Cache-Control": IMMUTABLE}, media_type)


def _content(models: InstalledModels, name: str) -> bytes:
    return DeviceFiles(models).find(name).path.read_bytes()


def _file(folder: Path, name: str, manifest: BundleManifest) -> DeviceFile:
    sha256 = manifest.files[name]
    return DeviceFile(f"{sha256}{Path(name).suffix}", folder / name, sha256)
