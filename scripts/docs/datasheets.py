"""A datasheet for each data set of radiographs: what is known of it, and counts.

The counts come from the manifest; the sentences are ours and say what a reader of any estimate must know
of the data set. Questions follow Gebru et al., 2021, doi:10.1145/3458723.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from raiox.lab.datasets.manifest import Sample
from raiox.lab.evaluation.report.subgroups import age_band
from raiox.lab.tables import Table, to_markdown


@dataclass(frozen=True, slots=True)
class DataSet:
    """What no manifest says of a data set."""

    title: str
    collected: str
    """Who, where and when, as far as it is known."""
    labels: str
    """Where its labels come from."""
    beware: str
    """What makes estimates on it better or worse than they should be."""
    reference: str


DATA_SETS: Final[Mapping[str, DataSet]] = {
    "cohen": DataSet(
        "covid-chestxray-dataset",
        "Gathered from publications and websites of many countries from 2020 on.",
        "COVID-19 as the publication says of the patient; other pneumonias by their cause.",
        "Images were chosen for publication: typical, severe, often with arrows and text. Hardly any "
        "normal radiograph. Several images of one patient are grouped.",
        "Cohen et al., 2020, arXiv:2006.11988",
    ),
    "figure1": DataSet(
        "Figure1-COVID-chestxray-dataset",
        "A few dozen radiographs shared by users of a medical network in 2020.",
        "As stated by the user who shared the radiograph.",
        "Far too few for an estimate of its own; some patients appear twice and are grouped.",
        "github.com/agchung/Figure1-COVID-chestxray-dataset",
    ),
    "rsna": DataSet(
        "RSNA Pneumonia Detection Challenge, images of ChestX-ray8",
        "NIH Clinical Center, Bethesda, 1992-2015; relabelled in 2018.",
        "Radiologists of RSNA and STR: `Normal`, or opacities suspicious for pneumonia, with boxes. "
        "Images that are `not normal` and without an opacity are left out, which makes the two "
        "classes easier to separate than in a hospital.",
        "One patient may have many radiographs; where the challenge's id is not known, normals may share "
        "patients with the test split. Most opacities are AP, most normals PA: the view reveals the "
        "label.",
        "Shih et al., 2019, doi:10.1148/ryai.2019180041",
    ),
    "kermany": DataSet(
        "Chest X-Ray Images (Pneumonia)",
        "Guangzhou Women and Children's Medical Center; children of 1 to 5 years.",
        "Two physicians, a third for the test split; bacterial and viral pneumonia are one label here.",
        "Children only: age, size and hospital come with the label. The official test split shares "
        "patients with its training split.",
        "Kermany et al., 2018, doi:10.17632/rscbjbr9sj.2",
    ),
    "nih": DataSet(
        "ChestX-ray8, a sample",
        "NIH Clinical Center, Bethesda, 1992-2015.",
        "Text-mined from reports: `Pneumonia` and `No Finding`. Noisy; no image was read for it.",
        "Both labels come from one hospital, so its comparison is honest and hard: many radiographs labelled "
        "pneumonia show nothing of it.",
        "Wang et al., 2017, doi:10.1109/CVPR.2017.369",
    ),
    "siim": DataSet(
        "SIIM-FISABIO-RSNA COVID-19 Detection",
        "Valencia (BIMCV-COVID19) and RSNA's RICORD, 2020-2021.",
        "Radiologists, by appearance: `typical` is taken as COVID-19, `negative for pneumonia` as no "
        "finding. Most patients were tested; the label describes the image, not the test.",
        "Both labels come from one collection: the most honest comparison for COVID-19 here. "
        "Radiographs without "
        "findings of patients who have COVID-19 are among its normals.",
        "Lakhani et al., 2023, doi:10.1007/s10278-022-00706-8",
    ),
    "radiography": DataSet(
        "COVID-19 Radiography Database, COVID-19 images not found elsewhere",
        "Collected by universities of Qatar and Dhaka from many collections, mostly Spanish and Italian.",
        "Of the patient, not of the image: many radiographs look normal.",
        "No patient ids: two splits may share a patient. One label only, so that the data set reveals the "
        "label.",
        "Rahman et al., 2021, doi:10.1016/j.compbiomed.2021.104319",
    ),
    "shenzhen": DataSet(
        "Shenzhen chest X-ray set (tuberculosis)",
        "Shenzhen No. 3 People's Hospital, 2012; adults and some children.",
        "Radiologists' readings: tuberculosis, active or healed, is taken as a lung opacity.",
        "Both labels come from one hospital, but the frame of the image alone separates them with an "
        "AUC of about 0.85. Some opacities are only scars. Images were squeezed to a square.",
        "Jaeger et al., 2014, doi:10.3978/j.issn.2223-4292.2014.11.20",
    ),
}

HEAD = """\
# Datasheets

Research use. Not a medical device.

The data sets that this project trains on and measures on, one by one; a model card names those that its
network was trained on. The counts are those of the manifests; radiographs of one patient share a group,
and no group spans two splits. None of these images is in this repository. Together they are what a review
called a "Frankenstein" data set (Roberts et al., 2021, doi:10.1038/s42256-021-00307-0): data set and label
go together, so that estimates over all of them mean less than those within one data set. Written by
`make evidence`.
"""


def datasheets(samples: Sequence[Sample], others: Iterable[Sample]) -> str:
    """The whole page.

    Args:
        samples: radiographs with their finding, of all splits.
        others: images of the frontal filter that are not among them.
    """
    parts = [HEAD, to_markdown(_splits(samples))]
    by_dataset: dict[str, list[Sample]] = {}
    for sample in samples:
        by_dataset.setdefault(sample.dataset, []).append(sample)
    parts += [_sheet(name, by_dataset[name]) for name in sorted(by_dataset)]
    parts += ["## Images that are not upright frontal radiographs\n", to_markdown(_others(others))]
    return "\n".join(parts)


def _sheet(name: str, samples: Sequence[Sample]) -> str:
    known = DATA_SETS.get(name)
    lines = [f"## {name}: {known.title if known else 'not described yet'}\n"]
    if known:
        lines += [
            f"- **Collected**: {known.collected}",
            f"- **Labels**: {known.labels}",
            f"- **Beware**: {known.beware}",
            f"- **Reference**: {known.reference}",
        ]
    counts = {
        "Radiographs, groups": f"{len(samples)}, {len({sample.group_id for sample in samples})}",
        "Label": _counts(sample.label for sample in samples),
        "View": _counts(sample.view or "unknown" for sample in samples),
        "Sex": _counts(sample.sex or "unknown" for sample in samples),
        "Age": _counts(age_band(sample.age) for sample in samples),
        "Licence": _counts(sample.licence or "not stated" for sample in samples),
    }
    return "\n".join([*lines, *(f"- **{what}**: {n}" for what, n in counts.items()), ""])


def _counts(words: Iterable[str]) -> str:
    return "; ".join(f"{word} {n}" for word, n in Counter(words).most_common())


def _splits(samples: Sequence[Sample]) -> Table:
    names = ("train", "valid", "test")
    counts = Counter((sample.dataset, sample.label, sample.split) for sample in samples)
    pairs = sorted({(sample.dataset, sample.label) for sample in samples})
    rows = tuple((*pair, *(str(counts[*pair, split]) for split in names)) for pair in pairs)
    return Table("Radiographs by data set, label and split", ("data set", "label", *names), rows)


def _others(samples: Iterable[Sample]) -> Table:
    found = list(samples)
    counts = Counter((sample.dataset, sample.label) for sample in found)
    licences: dict[str, set[str]] = {}
    for sample in found:
        licences.setdefault(sample.dataset, set()).add(sample.licence or "not stated")
    rows = tuple(
        (dataset, kind, str(n), "; ".join(sorted(licences[dataset])))
        for (dataset, kind), n in sorted(counts.items())
    )
    columns = ("data set", "kind", "images", "licences")
    return Table("Images that the frontal filter learns to reject", columns, rows)
