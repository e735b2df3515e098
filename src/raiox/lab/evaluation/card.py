"""The model cards of a bundle, one in each language: limits first, then what it is and what was measured."""

from collections.abc import Iterable, Mapping
from typing import Final

from raiox.bundle import BundleManifest
from raiox.bundle.manifest import CARD_FILES
from raiox.lab.evaluation.fitting import fitted_values
from raiox.lab.evaluation.report import metrics_table
from raiox.lab.evaluation.report.reported_metrics import ReportedMetric
from raiox.lab.evaluation.report.targets import limits
from raiox.messages import text
from raiox.vocabulary import NOTICE, Language

N_HASH_DIGITS: Final = 16


def write_cards(
    manifest: BundleManifest, metrics: Iterable[ReportedMetric], *, test_opened: bool
) -> dict[str, bytes]:
    """Markdown for people who decide whether to use the network, by file name.

    Args:
        manifest: of the bundle.
        metrics: on `test` if it was opened, else on `valid`.
        test_opened: which of the two, so that the cards say so.
    """
    metrics = list(metrics)
    return {
        file: _card(manifest, metrics, language, test_opened=test_opened).encode()
        for language, file in CARD_FILES.items()
    }


def with_fitted_row(contents: Mapping[str, bytes], manifest: BundleManifest) -> dict[str, bytes]:
    """The cards among a bundle's files, saying what is chosen on `valid` now."""
    cards: dict[str, bytes] = {}
    for language, file in CARD_FILES.items():
        if file in contents:
            row = _fitted_row(manifest, language)
            head = row[: row.index("|", 1)]
            lines = contents[file].decode().split("\n")
            cards[file] = "\n".join(row if x.startswith(head) else x for x in lines).encode()
    return cards


def _card(
    manifest: BundleManifest,
    metrics: Iterable[ReportedMetric],
    language: Language,
    *,
    test_opened: bool,
) -> str:
    adapted = manifest.adaptation
    measured = "nowhere" if adapted else "test" if test_opened else "valid"
    facts = adapted.model_dump() if adapted else {}
    command = text(f"report.card.command.{manifest.role}", language)
    sources = "\n".join(
        f"| {one.name} | {one.n_images} | {'; '.join(one.licences)} |"
        for one in manifest.training.sources
    )
    parts = (
        f"# {manifest.id}",
        NOTICE[language],
        f"## {text('report.title.limits', language)}",
        "\n".join(f"- {one[language]}" for one in limits(manifest.role, manifest.labels)),
        f"## {text('report.card.what_it_is', language)}",
        "\n".join(("| | |", "|---|---|", *_rows(manifest, language))),
        text(f"report.card.measured.{measured}", language, command=command, **facts),
        *([] if adapted else [metrics_table(metrics, language).strip()]),
        text("report.card.trained_on", language),
        f"{text('report.card.sources', language)}\n|---|---|---|\n{sources}",
        text("report.card.licence", language, licence=manifest.licence),
    )
    return "\n\n".join(parts) + "\n"


def _rows(manifest: BundleManifest, language: Language) -> Iterable[str]:
    training, preprocessing = manifest.training, manifest.preprocessing

    def said(key: str, **facts: str | int) -> str:
        return text(f"report.card.{key}", language, **facts)

    fit, tone = said(f"fit.{preprocessing.fit}"), said(f"tone.{preprocessing.tone}")
    data_sha256 = training.data_sha256[:N_HASH_DIGITS]
    values = {
        "role": said(f"role.{manifest.role}"),
        "outputs": ", ".join(manifest.labels),
        "input": said("input", side_px=preprocessing.side_px, fit=fit, tone=tone),
        "recipe": f"`{training.recipe}`, {training.seed}",
        "started_from": training.started_from,
        "code": training.code_version,
        "maps": said(f"maps.{_maps(manifest)}"),
        "remarks": training.remarks or said("none"),
        "data": said("manifests", sha256=data_sha256),
    }
    yield from (_row(key, value, language) for key, value in values.items())
    yield _fitted_row(manifest, language)


def _row(key: str, value: str, language: Language) -> str:
    return f"| {text(f'report.card.row.{key}', language)} | {value} |"


def _fitted_row(manifest: BundleManifest, language: Language) -> str:
    return _row("fitted", "; ".join(fitted_values(manifest, language)), language)


def _maps(manifest: BundleManifest) -> str:
    if manifest.role == "lungs":
        return "masks"
    return "in_regions" if manifest.training.regions > 0 else "free"
