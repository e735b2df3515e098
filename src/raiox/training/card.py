"""The model card of a bundle: what it cannot do first, then what it is and was measured at."""

from raiox.bundle import BundleManifest
from raiox.evaluation.report import Report, to_markdown

LIMITS = {
    "frontal_filter": """\
- Its quality score rates the picture (sharpness, noise, exposure, compression), learned from films
  made worse on purpose; it does not rate how the patient stood or breathed.
- Lateral chest films are few in its data: expect some to pass as frontal.
- Other images come from few sources of one style each; a kind of image that is in none of
  them may pass.
- Trained on images of about 256 px; what only larger images show, it cannot see.""",
    "covid_classifier": """\
- It does not tell whether a person has COVID-19: it scores how much an image resembles images
  labelled so in these data sets. A laboratory test tells.
- Source and label go together in public data (children's opacities, one collection's COVID-19):
  the overall figures are better than any hospital will see. Read the lines "inside" one source,
  and expect an AUC of 0.75-0.83 at a hospital whose images trained nothing.
- Labels of COVID-19 are of appearance or of the patient; many films of patients look clear.
- It knows three findings. Anything else in the chest is forced among them or ends uncertain.
- Children outside 1-5 years, and lateral, rotated or inverted films, are outside its data.""",
}


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


def write_card(manifest: BundleManifest, figures: Report, *, test_opened: bool) -> str:
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
    return f"""# {manifest.id}

Research use. Not a medical device.

## Limits

{LIMITS[manifest.role]}

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
| remarks | {training.remarks or "none"} |
| data | manifests with SHA-256 {training.data_sha256[:16]}... |
| fitted on `valid` | temperature {manifest.temperature:.3f}{_set_line(manifest)} |

{FIGURES[test_opened]}
{to_markdown(figures)}
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
