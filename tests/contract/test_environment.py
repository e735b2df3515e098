"""What gets installed: complete locks, no unwelcome package or licence, no torch in the service."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ROOT / "requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SERVING = [p for p in (ROOT / "src").rglob("*.py") if "training" not in p.parts]
LOCKED = re.compile(
    r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+))?", re.MULTILINE
)
UNWELCOME = {
    "albumentations",  # no release in a year, and shares its import name with the AGPL one
    "albumentationsx",  # AGPL
    "dramatiq",  # LGPL
    "open-clip-torch",  # pulls torchvision
    "pylibjpeg-libjpeg",  # GPL
    "timm",  # needs torchvision
    "torchvision",  # does not import beside the CPU build of torch
    "torchxrayvision",  # needs torchvision
}
ACCELERATOR = re.compile(r"^(torch|triton|nvidia-.*|cuda-.*)$")
TRAINING_LIBRARIES = ("torch", "lightning", "monai", "torchmetrics", "onnx")
SLOW_TO_IMPORT = (
    "numpy",
    "onnxruntime",
    "pydicom",
    "sqlalchemy",
    "fastapi",
    "PIL",
    *TRAINING_LIBRARIES,
)


def locked(lock: str) -> list[tuple[str, str, str]]:
    text = (LOCKS / f"{lock}.txt").read_text(encoding="utf-8")
    return [(m["name"], m["version"], (m["marker"] or "").strip()) for m in LOCKED.finditer(text)]


def applies(marker: str) -> bool:
    return not marker or Marker(marker).evaluate()


def licence_of(name: str) -> str:
    about = metadata.metadata(name)
    if expression := about.get("License-Expression"):
        return expression
    classified = [c for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    # Old metadata may hold a whole licence text here: its first line names it.
    return "; ".join(classified) or (about.get("License") or "").partition("\n")[0]


def modules_after(statement: str) -> set[str]:
    code = f"{statement}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def declared(*extras: str) -> list[Requirement]:
    texts = [*PROJECT["dependencies"]]
    for extra in extras:
        texts += PROJECT["optional-dependencies"][extra]
    return [Requirement(text) for text in texts]


def imported_by(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {"raiox"}


@pytest.mark.parametrize(("lock", "extras"), [("serve", []), ("train", ["train"])])
def test_a_lock_holds_what_the_project_declares(lock, extras):
    pinned = {name: version for name, version, _ in locked(lock)}

    stale = [
        str(needed)
        for needed in declared(*extras)
        if needed.name != "torch"
        and not needed.specifier.contains(pinned.get(canonicalize_name(needed.name), "0"))
    ]
    assert stale == [], "run `make lock`"


def test_whatever_serving_imports_is_declared():
    homes = metadata.packages_distributions()
    names = {canonicalize_name(needed.name) for needed in declared()}

    imported = {name for module in SERVING for name in imported_by(module)}
    known = {
        name for name in imported if {canonicalize_name(h) for h in homes.get(name, ())} & names
    }
    optional = ("oidc", "openvino", "parquet", "pdf", "postgres", "ray", "s3", "signatures")
    extras = {needed.name for extra in optional for needed in declared(extra)}
    assert imported - known - extras == set()


@pytest.mark.parametrize("lock", ["serve", "fleet", "dev", "train", "node"])
def test_every_locked_package_has_a_hash(lock):
    text = (LOCKS / f"{lock}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z])", text)

    pinned = [entry for entry in entries if "==" in entry]
    assert pinned
    assert all("--hash=sha256:" in entry for entry in pinned)


@pytest.mark.parametrize("lock", ["serve", "dev", "train"])
def test_no_lock_holds_an_unwelcome_package(lock):
    assert not {name for name, _, _ in locked(lock)} & UNWELCOME


@pytest.mark.parametrize("lock", ["serve", "dev", "train"])
def test_no_lock_holds_torch_or_its_accelerator_tree(lock):
    assert not [name for name, _, _ in locked(lock) if ACCELERATOR.match(name)]


def test_development_and_training_run_what_the_service_runs():
    serve = set(locked("serve"))

    assert serve <= set(locked("dev"))
    assert serve <= set(locked("train"))


def test_the_service_environment_cannot_import_torch():
    assert importlib.util.find_spec("torch") is None


def test_serving_loads_no_training_library():
    loaded = modules_after(
        "import raiox.web.app, raiox.inference.local, raiox.cli.serve, raiox.cli.predict"
    )

    assert not loaded & set(TRAINING_LIBRARIES)


def test_the_command_line_is_up_before_anything_heavy_loads():
    loaded = modules_after("import raiox.cli.app")

    assert not loaded & set(SLOW_TO_IMPORT)


@pytest.mark.parametrize("name", [name for name, _, marker in locked("serve") if applies(marker)])
def test_the_service_is_made_of_permissive_licences(name):
    licence = licence_of(name)

    assert licence
    assert not re.search(r"\bA?L?GPL|Affero|General Public", licence)
