"""The model card of a bundle: what it cannot do first, then what it is and was measured at."""

from raiox.bundle import BundleManifest
from raiox.lab.evaluation.report import CardMetrics, metrics_table
from raiox.lab.evaluation.report.targets import LIMITS

FIGURES = {
    True: """\
## Measured on `split=test`

Split by patient and duplicate group; thresholds chosen on `valid`; 95 % intervals by Wilson for
proportions, by bootstrap over groups for the rest. Printed by
`raiox evaluate BUNDLE --part test`.
""",
    False: """\
## Measured on `split=valid`; `test` not opened

These figures flatter: temperature and thresholds were chosen on the same images. `split=test` was
left closed for this card; `raiox export --open-test` opens it. Split by patient and duplicate group;
95 % intervals by Wilson for proportions, by bootstrap over groups for the rest. Printed by
`raiox evaluate BUNDLE --part valid`.
""",
}
"""What stands above the table, by whether `test` was opened."""

TAUGHT_MAPS = {
    True: "taught to lie inside lungs and radiologists' boxes of `train`: that a map lies there "
    "does not prove that the lungs decided",
    False: "nobody told them where to lie",
}


def write_card(manifest: BundleManifest, figures: CardMetrics, *, test_opened: bool) -> str:
    """Markdown for people who decide whether to use the network.

    Args:
        manifest: of the bundle.
        figures: on `test` if it was opened, else on `valid`.
        test_opened: which of the two, so that the card says so.
    """
    training = manifest.training
    sources = "\n".join(
        f"| {s.name} | {s.n_images} | {'; '.join(s.licences)} |" for s in training.sources
    )
    limits = "\n".join(f"- {limit['en']}" for limit in LIMITS[manifest.role])
    return f"""# {manifest.id}

Research use. Not a medical device.

## Limits

{limits}

## What it is

| | |
|---|---|
| role | {manifest.role} |
| outputs | {", ".join(manifest.labels)} |
| input | {manifest.preprocessing.side_px} x {manifest.preprocessing.side_px} gray, \
{manifest.preprocessing.fit} |
| recipe, seed | `recipes/{training.recipe}.py`, {training.seed} |
| started from | {training.started_from} |
| code | {training.code_version} |
| maps | {TAUGHT_MAPS[training.regions > 0]} |
| remarks | {training.remarks or "none"} |
| data | manifests with SHA-256 {training.data_sha256[:16]}... |
| fitted on `valid` | temperature {manifest.temperature:.3f}{_set_line(manifest)} |

{FIGURES[test_opened]}
{metrics_table(figures)}
## Trained on

| source | images | licences |
|---|---|---|
{sources}

{manifest.licence}
"""


def _set_line(manifest: BundleManifest) -> str:
    if manifest.set_threshold is None:
        return ""
    return (
        f"; findings set from {manifest.set_threshold:.3f} ({manifest.set_coverage:.0%} of labels)"
    )
