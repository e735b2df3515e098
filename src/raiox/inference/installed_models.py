"""Which bundle answers in each role: the one that an administrator chose, else that of the settings.

Bundles that were installed lie in the service's own folder, beside the file that says which are
in use; a setting that names a bundle wins over both. What cannot be verified is neither
installed nor chosen, so a service that switches finds networks that answer.
"""

import json
import os
import pwd
import re
import shutil
from pathlib import Path
from typing import Final

from raiox.bundle import MANIFEST_FILE, Bundle, open_bundle
from raiox.bundle.errors import BundleMissingError
from raiox.bundle.manifest import Role
from raiox.bundle.signature import SIGNATURE_FILE, require_signature
from raiox.inference.errors import DataDirOfOtherError, ModelFixedError, ModelNameError
from raiox.inference.local import SHIPPED_MODELS, LocalEngine
from raiox.settings import InferenceSettings

FOLDER: Final = "models"
CHOICE_FILE: Final = "in_use.json"
FIELDS: Final[dict[Role, str]] = {
    "frontal_filter": "filter_bundle",
    "classifier": "classifier_bundle",
    "lungs": "lungs_bundle",
}
"""The setting that names the bundle of each role."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class InstalledModels:
    """The bundles of one installation."""

    def __init__(self, settings: InferenceSettings, data_dir: Path) -> None:
        self._settings = settings
        self._folder = data_dir.absolute() / FOLDER

    @property
    def choice_file(self) -> Path:
        """Changes when another bundle is chosen."""
        return self._folder / CHOICE_FILE

    @property
    def requires_signatures(self) -> bool:
        """Whether the settings name keys that must have signed what is installed."""
        return bool(self._settings.trusted_keys)

    def in_use(self) -> InferenceSettings:
        """The settings with the bundles that were chosen."""
        chosen = {
            FIELDS[role]: str(self._found().get(name, self._folder / name))
            for role, name in self._choice().items()
            if FIELDS[role] not in self._settings.model_fields_set
        }
        return self._settings.model_copy(update=chosen)

    def folder_of(self, role: Role) -> Path:
        """Where the bundle lies that answers in a role."""
        settings = self.in_use()
        return (settings.models_dir or SHIPPED_MODELS) / str(getattr(settings, FIELDS[role]))

    def folders(self) -> dict[str, Path]:
        """Every bundle by name; an installed one hides a shipped one of its name."""
        return dict(sorted(self._found().items()))

    def verify(self, folder: Path) -> Bundle:
        """Open a bundle, and let it answer the reference image beside the others in use.

        Raises: BundleError, BackendMissingError.
        """
        bundle = open_bundle(folder)
        field = FIELDS[bundle.manifest.role]
        LocalEngine.open(self.in_use().model_copy(update={field: str(folder.absolute())}))
        return bundle

    def install(self, source: Path, name: str, *, signed: bool = False) -> Bundle:
        """Verify a bundle and copy it, whole or not at all.

        Args:
            signed: whether a trusted key must have signed it.

        Raises: BundleError; ModelNameError if the name is taken or no plain name;
            DataDirOfOtherError.
        """
        self._require_own_folder()
        if not _NAME.fullmatch(name) or name in self._found():
            raise ModelNameError(name=name)
        if signed:
            require_signature(source, self._settings.trusted_keys)
        bundle = self.verify(source)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f".{name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        for file in (MANIFEST_FILE, *bundle.manifest.files):
            shutil.copyfile(source / file, unfinished / file)
        if (source / SIGNATURE_FILE).is_file():
            shutil.copyfile(source / SIGNATURE_FILE, unfinished / SIGNATURE_FILE)
        open_bundle(unfinished)
        if signed:  # what was copied, whatever became of its source meanwhile
            require_signature(unfinished, self._settings.trusted_keys)
        unfinished.rename(self._folder / name)
        return bundle

    def use(self, name: str) -> Role:
        """Let a bundle answer in its role from now on; it is verified first.

        Raises: BundleError; ModelFixedError if a setting names the bundle of that role;
            DataDirOfOtherError.
        """
        self._require_own_folder()
        folder = self._found().get(name)
        if folder is None:
            raise BundleMissingError(bundle=name)
        role = self.verify(folder).manifest.role
        if FIELDS[role] in self._settings.model_fields_set:
            raise ModelFixedError(variable=f"RAIOX_INFERENCE__{FIELDS[role]}".upper())
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self.choice_file.with_suffix(".tmp")
        unfinished.write_text(json.dumps(self._choice() | {role: name}) + "\n", encoding="utf-8")
        unfinished.replace(self.choice_file)
        return role

    def _require_own_folder(self) -> None:
        """What root writes into the folder of a service, the service cannot read."""
        data_dir = self._folder.parent
        if data_dir.exists() and (owner := data_dir.stat().st_uid) != os.geteuid():
            raise DataDirOfOtherError(path=str(data_dir), owner=_user_name(owner))

    def _choice(self) -> dict[Role, str]:
        """The chosen names by role; nothing of a file that is damaged."""
        try:
            read = json.loads(self.choice_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        named = read if isinstance(read, dict) else {}
        texts = {role: named[role] for role in FIELDS if isinstance(named.get(role), str)}
        return {role: name for role, name in texts.items() if _NAME.fullmatch(name)}

    def _found(self) -> dict[str, Path]:
        shipped = self._settings.models_dir or SHIPPED_MODELS
        return {
            manifest.parent.name: manifest.parent
            for folder in (shipped, self._folder)
            for manifest in folder.glob(f"[!.]*/{MANIFEST_FILE}")
        }


def open_in_use(settings: InferenceSettings, data_dir: Path) -> LocalEngine:
    """The engine with the bundles in use now. Raises: BundleError, BackendMissingError."""
    return LocalEngine.open(InstalledModels(settings, data_dir).in_use())


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"
