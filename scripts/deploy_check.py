"""Renders and checks what deploy/ holds, without a cluster, a registry or Docker.

The chart is linted and rendered by Helm's own library, with every switch both ways. What it
renders is checked against the schemas of Kubernetes; KEDA's two kinds, whose schemas no package
holds, against the fields that its documentation requires. Exit status: 1 if anything is wrong.
Source: keda.sh/docs/2.17/reference/scaledobject-spec, .../scalers/postgresql.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python as helm
import yaml

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "raiox"
BIN = Path(sys.executable).parent
NEEDED = {"image": {"repository": "registry.example.org/raiox"}, "host": "raiox.example.org"}
VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "fixed workers, no ingress": {"autoscaling": {"enabled": False}, "ingress": {"enabled": False}},
    "another store": {
        "files": {"endpoint": "http://store:8333", "url": "s3://images/raiox"},
        "ingress": {"trustedProxies": ["10.0.0.0/8"]},
        "settings": {"RAIOX_RECORDS__KEEP_IMAGES_H": "24"},
    },
}
KEDA_FIELDS: dict[str, set[tuple[str, ...]]] = {
    "ScaledObject": {("spec", "scaleTargetRef", "name"), ("spec", "triggers")},
    "TriggerAuthentication": {("spec", "secretTargetRef")},
}
POSTGRESQL_TRIGGER = {"query", "targetQueryValue"}
LINT_INFO = 1


def main() -> int:
    """Check everything; the number of what was found, 1 at most."""
    checks = [*_chart(), *_kubernetes_files(), *_plain_files()]
    for name, complaint in checks:
        print(f"{name}: {complaint or 'ok'}")
    return int(any(complaint for _, complaint in checks))


def _chart() -> Iterator[tuple[str, str]]:
    chart = helm.Chart.load(CHART)
    for name, values in VARIANTS.items():
        merged = NEEDED | values
        report = helm.lint(CHART, merged, strict=True)
        complaints = [one for one in report["messages"] if one["severity"] != LINT_INFO]
        yield f"helm lint ({name})", str(complaints or "")
        rendered = chart.render(merged, name="raiox", namespace="raiox").values()
        documents = [one for text in rendered for one in yaml.safe_load_all(text) if one]
        yield f"helm template ({name})", "" if documents else "rendered nothing"
        yield f"schemas ({name})", _invalid(documents)
        yield f"KEDA ({name})", _invalid_keda(documents)
        yield f"names ({name})", _broken_references(documents)


def _invalid(documents: list[dict[str, Any]]) -> str:
    own = [one for one in documents if one["kind"] not in KEDA_FIELDS]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump_all(own, file)
        file.flush()
        return _failed(BIN / "kubernetes-validate", "--strict", file.name)


def _invalid_keda(documents: list[dict[str, Any]]) -> str:
    missing = [
        f"{one['kind']} lacks {'.'.join(path)}"
        for one in documents
        for path in KEDA_FIELDS.get(one["kind"], ())
        if not _at(one, path)
    ]
    triggers = [
        t for one in documents if one["kind"] == "ScaledObject" for t in one["spec"]["triggers"]
    ]
    wrong = [f"a trigger lacks {POSTGRESQL_TRIGGER - set(t['metadata'])}" for t in triggers
             if not set(t["metadata"]) >= POSTGRESQL_TRIGGER]  # fmt: skip
    return "; ".join(missing + wrong)


def _broken_references(documents: list[dict[str, Any]]) -> str:
    """What the schemas do not see: selectors that fit no pod, and targets that are not there."""
    names = {(one["kind"], one["metadata"]["name"]) for one in documents}
    pods = [
        one["spec"]["template"]["metadata"]["labels"]
        for one in documents
        if one["kind"] == "Deployment"
    ]
    broken = []
    for one in documents:
        spec = one.get("spec", {})
        if one["kind"] == "Service" and not any(
            spec["selector"].items() <= pod.items() for pod in pods
        ):
            broken.append(f"Service {one['metadata']['name']} selects no pod")
        if (
            one["kind"] == "ScaledObject"
            and ("Deployment", spec["scaleTargetRef"]["name"]) not in names
        ):
            broken.append("ScaledObject scales nothing")
    return "; ".join(broken)


def _at(document: dict[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = document
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _kubernetes_files() -> Iterator[tuple[str, str]]:
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        yield f"schemas ({file.name})", _failed(BIN / "kubernetes-validate", "--strict", str(file))


def _plain_files() -> Iterator[tuple[str, str]]:
    docker = DEPLOY / "docker"
    yield "hadolint", _failed(BIN / "hadolint", str(docker / "Dockerfile"))
    for file in sorted(docker.glob("compose*.yaml")):
        yield (
            f"compose-lint ({file.name})",
            _failed(BIN / "compose-lint", "check", "--fail-on", "high", str(file)),
        )
    plain = [str(f) for f in sorted(DEPLOY.rglob("*.yaml")) if "templates" not in f.parts]
    yield (
        "yamllint",
        _failed(BIN / "yamllint", "--strict", "-c", str(DEPLOY / "yamllint.yaml"), *plain),
    )


def _failed(*command: str | Path) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip()


if __name__ == "__main__":
    sys.exit(main())
