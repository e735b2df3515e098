"""A datasheet for each source of radiographs: what is known of it, counted and told.

Numbers are counted from the manifest; the sentences are ours and name what a reader of any
figure must know of the source. Questions follow Gebru et al., 2021, doi:10.1145/3458723.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from raiox.lab.datasets.manifest import Sample
from raiox.lab.evaluation.report.subgroups import age_band
from raiox.lab.tables import Table, to_markdown


@dataclass(frozen=True, slots=True)
class Source:
    """What no manifest tells of a source."""

    title: str
    collected: str
    """Who, where, when, as far as it is told."""
    labels: str
    """Where its labels come from."""
    beware: str
    """What makes figures on it better or worse than they should be."""
    reference: str


SOURCES: Final[Mapping[str, Source]] = {
    "cohen": Source(
        "covid-chestxray-dataset",
        "Gathered from publications and websites of many countries from 2020 on.",
        "COVID-19 by what the publication says of the patient; other pneumonias by their cause.",
        "Pictures were chosen to be shown: typical, severe, often with arrows and text. Hardly a "
        "normal film. Several images of one patient are grouped.",
        "Cohen et al., 2020, arXiv:2006.11988",
    ),
    "figure1": Source(
        "Figure1-COVID-chestxray-dataset",
        "A few dozen films shared by users of a medical network in 2020.",
        "As the user who shared the film said.",
        "Far too few for a figure of its own; some patients appear twice and are grouped.",
        "github.com/agchung/Figure1-COVID-chestxray-dataset",
    ),
    "rsna": Source(
        "RSNA Pneumonia Detection Challenge, images of ChestX-ray8",
        "NIH Clinical Center, Bethesda, 1992-2015; labelled anew in 2018.",
        "Radiologists of RSNA and STR: `Normal`, or opacities suspicious of pneumonia with boxes. "
        "Those `not normal` without an opacity are left out, which makes the two easier to tell "
        "apart than in a hospital.",
        "One patient may have many films; where the challenge's id is not known, normals may share "
        "patients with the test part. Most opacities are AP, most normals PA: the view gives the "
        "label away.",
        "Shih et al., 2019, doi:10.1148/ryai.2019180041",
    ),
    "kermany": Source(
        "Chest X-Ray Images (Pneumonia)",
        "Guangzhou Women and Children's Medical Center; children of 1 to 5 years.",
        "Two physicians, a third for the test part; bacterial and viral pneumonia are one label here.",
        "Children only: age, size and hospital come with the label. The official test part shares "
        "patients with its training part.",
        "Kermany et al., 2018, doi:10.17632/rscbjbr9sj.2",
    ),
    "nih": Source(
        "ChestX-ray8, a sample",
        "NIH Clinical Center, Bethesda, 1992-2015.",
        "Mined from reports by text: `Pneumonia` and `No Finding`. Noisy; no film was read for it.",
        "Both labels of one hospital, so its comparison is honest and hard: many films labelled "
        "pneumonia show nothing that the label could be read from.",
        "Wang et al., 2017, doi:10.1109/CVPR.2017.369",
    ),
    "siim": Source(
        "SIIM-FISABIO-RSNA COVID-19 Detection",
        "Valencia (BIMCV-COVID19) and RSNA's RICORD, 2020-2021.",
        "Radiologists, by appearance: `typical` is taken as COVID-19, `negative for pneumonia` as no "
        "finding. Most patients were tested; the label is of the film, not of the test.",
        "Both labels of one collection: the most honest comparison for COVID-19 here. Films without "
        "findings of patients who have COVID-19 are among its normals.",
        "Lakhani et al., 2023, doi:10.1007/s10278-022-00706-8",
    ),
    "shenzhen": Source(
        "Shenzhen Hospital X-ray Set",
        "Shenzhen No. 3 People's Hospital, September 2012; adults and some children.",
        "Of the radiology department: tuberculosis, which stands as an opacity here though some images "
        "show scars alone, or normal.",
        "Both labels of one hospital. Its images were squeezed to a square by at most a tenth. Their "
        "outer 12 pixels alone tell the labels apart with an AUC of 0.85: what is learned from it may be "
        "the frame.",
        "Jaeger et al., 2014, doi:10.3978/j.issn.2223-4292.2014.11.20",
    ),
    "radiography": Source(
        "COVID-19 Radiography Database, COVID-19 images not found elsewhere",
        "Collected by universities of Qatar and Dhaka from many collections, mostly Spanish and Italian.",
        "Of the patient, not of the film: many films look clear.",
        "No patient ids: two parts may share a patient. One label only, so that its source is its "
        "label.",
        "Rahman et al., 2021, doi:10.1016/j.compbiomed.2021.104319",
    ),
}

HEAD = """\
# Datasheets

Research use. Not a medical device.

What the networks learned from and are measured on, source by source. The counts are those of the
manifests; films of one patient share a group, and no group spans two parts. Nothing of these
collections is in this repository. Together they are what a review called a "Frankenstein" data set
(Roberts et al., 2021, doi:10.1038/s42256-021-00307-0): source and label go together, so that figures over
all of them say less than those inside one source. Written by `make evidence`.
"""


def datasheets(samples: Sequence[Sample], others: Iterable[Sample]) -> str:
    """The whole page.

    Args:
        cases: films with their finding, of all parts.
        others: images of the frontal filter that are no films with a finding.
    """
    splits = [HEAD, to_markdown(_parts(samples))]
    by_dataset: dict[str, list[Sample]] = {}
    for sample in samples:
        by_dataset.setdefault(sample.dataset, []).append(sample)
    splits += [_sheet(name, by_dataset[name]) for name in sorted(by_dataset)]
    splits += ["## What is no chest film\n", to_markdown(_foreign(others))]
    return "\n".join(splits)


def _sheet(name: str, samples: Sequence[Sample]) -> str:
    told = SOURCES.get(name)
    lines = [f"## {name}: {told.title if told else 'not described yet'}\n"]
    if told:
        lines += [
            f"- **Collected**: {told.collected}",
            f"- **Labels**: {told.labels}",
            f"- **Beware**: {told.beware}",
            f"- **Reference**: {told.reference}",
        ]
    counted = {
        "Films, groups": f"{len(samples)}, {len({sample.group_id for sample in samples})}",
        "Label": _counted(sample.label for sample in samples),
        "View": _counted(sample.view or "not told" for sample in samples),
        "Sex": _counted(sample.sex or "not told" for sample in samples),
        "Age": _counted(_age(sample) for sample in samples),
        "Licence": _counted(sample.licence or "not stated" for sample in samples),
    }
    return "\n".join([*lines, *(f"- **{what}**: {counts}" for what, counts in counted.items()), ""])


def _age(sample: Sample) -> str:
    band = age_band(sample.age)
    return "not told" if band == "unknown" else band


def _counted(words: Iterable[str]) -> str:
    return "; ".join(f"{word} {n}" for word, n in Counter(words).most_common())


def _parts(samples: Sequence[Sample]) -> Table:
    names = ("train", "valid", "test")
    counts = Counter((sample.dataset, sample.label, sample.split) for sample in samples)
    pairs = sorted({(sample.dataset, sample.label) for sample in samples})
    rows = tuple((*pair, *(str(counts[*pair, split]) for split in names)) for pair in pairs)
    return Table("Films by source, label and part", ("source", "label", *names), rows)


def _foreign(samples: Iterable[Sample]) -> Table:
    found = list(samples)
    counts = Counter((sample.dataset, sample.label) for sample in found)
    licences: dict[str, set[str]] = {}
    for sample in found:
        licences.setdefault(sample.dataset, set()).add(sample.licence or "not stated")
    rows = tuple(
        (dataset, kind, str(n), "; ".join(sorted(licences[dataset])))
        for (dataset, kind), n in sorted(counts.items())
    )
    return Table(
        "Images that teach the filter to refuse", ("source", "kind", "images", "licences"), rows
    )
