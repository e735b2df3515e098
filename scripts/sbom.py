"""Write the bill of materials of the service, CycloneDX 1.6, into build/raiox.cdx.json.

Everything that requirements/serve.txt locks, with version, hashes, licence, where it comes from, and
what requires it; with the shipped networks and their hashes. Deterministic: the same tree gives the
same file, apart from the packages that another system installs.

Source: https://cyclonedx.org/docs/1.6/json/
"""

import hashlib
import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import raiox
from raiox.bundle import open_bundle
from raiox.inference.local import SHIPPED_MODELS

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements" / "serve.txt"
TARGET = ROOT / "build" / "raiox.cdx.json"
_PACKAGE = re.compile(
    r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^ ;\\]+)(?P<rest>(?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_REQUIRED = re.compile(r"^[A-Za-z0-9._-]+")
_SPDX = re.compile(r"^[A-Za-z0-9.+()-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+()-]+)*$")


def main() -> None:
    """Write the file and say where it is."""
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(bill_of_materials(), indent=2) + "\n", encoding="utf-8")
    print(f"raiox: wrote {TARGET.relative_to(ROOT)}")


def bill_of_materials() -> dict[str, Any]:
    """The document; packages that are locked for other systems have no licence here."""
    packages = [
        _component(*match.group("name", "version", "rest"))
        for match in _PACKAGE.finditer(LOCK.read_text(encoding="utf-8"))
    ]
    application = {
        "type": "application",
        "bom-ref": "raiox",
        "name": "raiox",
        "version": raiox.__version__,
        "licenses": [{"expression": "Apache-2.0"}],
        "purl": f"pkg:pypi/raiox@{raiox.__version__}",
    }
    components = [*packages, *map(_network, sorted(SHIPPED_MODELS.iterdir()))]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(components))}",
        "version": 1,
        "metadata": {"component": application},
        "components": components,
        "dependencies": _dependencies({one["name"]: one["bom-ref"] for one in packages}),
    }


def _component(name: str, version: str, rest: str) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        # One archive for each system and Python; all are allowed to be installed.
        "externalReferences": [
            {
                "type": "distribution",
                "url": f"https://pypi.org/project/{name}/{version}/",
                "hashes": [{"alg": "SHA-256", "content": found} for found in _HASH.findall(rest)],
            }
        ],
    }
    licence = licence_of(name)
    if licence:
        named = {"expression": licence} if _SPDX.match(licence) else {"license": {"name": licence}}
        component["licenses"] = [named]
    return component


def licence_of(name: str) -> str:
    """What the installed package says of its licence; empty where it is not installed here."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if expressions := about.get_all("License-Expression"):
        return str(expressions[0])
    classified = [c for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    # Old metadata may hold a whole licence text here: its first line names it.
    return "; ".join(classified or about.get_all("License") or []).partition("\n")[0]


def _network(folder: Path) -> dict[str, Any]:
    bundle = open_bundle(folder)
    content = (folder / "model.onnx").read_bytes()
    return {
        "type": "machine-learning-model",
        "bom-ref": f"network:{bundle.manifest.id}",
        "name": bundle.manifest.id,
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}],
        "licenses": [{"license": {"name": bundle.manifest.licence}}],
    }


def _dependencies(references: dict[str, str]) -> list[dict[str, Any]]:
    own = [{"ref": "raiox", "dependsOn": sorted(_required("raiox", references))}]
    return own + [
        {"ref": reference, "dependsOn": sorted(_required(name, references))}
        for name, reference in references.items()
    ]


def _required(name: str, references: dict[str, str]) -> set[str]:
    try:
        requirements = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return set()
    plain = (text for text in requirements if "extra ==" not in text)
    names = {_REQUIRED.findall(text)[0].lower().replace("_", "-") for text in plain}
    return {references[one] for one in names if one in references}


if __name__ == "__main__":
    main()
