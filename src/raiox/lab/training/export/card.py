"""The model card of a bundle: its limits first, then what it is and how it was measured."""

from raiox.bundle import BundleManifest
from raiox.lab.evaluation.fitting import fitted_row
from raiox.lab.evaluation.report import CardMetrics, metrics_table
from raiox.lab.evaluation.report.targets import limits

FIGURES = {
    True: """\
## Measured on `split=test`

Split by patient and duplicate group; thresholds chosen on `valid`; 95 % intervals by Wilson for
proportions, by bootstrap over groups for the rest. {command}.
""",
    False: """\
## Measured on `split=valid`; `test` not opened

These figures are optimistic: temperature and thresholds were chosen on the same images. `split=test` stayed
closed for this card; `raiox export --open-test` opens it. Split by patient and duplicate group;
95 % intervals by Wilson for proportions, by bootstrap over groups for the rest. {command}.
""",
}
"""The text above the table, by whether `test` was opened."""

COMMANDS = {
    "lungs": "Measured by `raiox export`",
    "frontal_filter": "Printed by `raiox evaluate BUNDLE`",
    "classifier": "Printed by `raiox evaluate BUNDLE`",
}
"""What repeats the figures, by role."""

MASKS = "masks in logits, at half of the input; trained on masks drawn by hand"
MAPS = {
    True: "trained to lie inside lungs and radiologists' boxes of `train`: a map inside the lungs "
    "does not prove that the lungs decided",
    False: "not trained to lie anywhere",
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
    cannot = "\n".join(f"- {one['en']}" for one in limits(manifest.role, manifest.labels))
    return f"""# {manifest.id}

Research use. Not a medical device.

## Limits

{cannot}

## What it is

| | |
|---|---|
| role | {manifest.role} |
| outputs | {", ".join(manifest.labels)} |
| input | {manifest.preprocessing.side_px} x {manifest.preprocessing.side_px} gray, \
{manifest.preprocessing.fit}, tone {manifest.preprocessing.tone.replace("_", " ")} |
| recipe, seed | `{training.recipe}`, {training.seed} |
| started from | {training.started_from} |
| code | {training.code_version} |
| maps | {MASKS if manifest.role == "lungs" else MAPS[training.regions > 0]} |
| remarks | {training.remarks or "none"} |
| data | manifests with SHA-256 {training.data_sha256[:16]}... |
{fitted_row(manifest)}

{FIGURES[test_opened].format(command=COMMANDS[manifest.role])}
{metrics_table(figures)}
## Trained on

| source | images | licences |
|---|---|---|
{sources}

{manifest.licence}
"""
