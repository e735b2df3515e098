"""What the paper reports, to stand beside what its recipes give here.

Source: the paper, section 4.1 (filter) and Tables 4 and 5 (classifier). No other module
holds a number of the paper's results.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from raiox.lab.metrics.seeds import RUN_MEASURES, measures
from raiox.vocabulary import FINDINGS

CONFUSION_SUM: Final = ((53821, 3552, 763), (3116, 46620, 1380), (0, 356, 2712))
"""Table 4, in the order of `FINDINGS`: right finding by answered finding."""

PRINTED: Final = {
    "sensitivity": ((92.6, 1.2), (91.2, 1.0), (84.4, 3.2)),
    "specificity": ((94.3, 0.5), (93.6, 1.0), (98.0, 0.7)),
}
"""Table 5 as printed: mean and SD in percent, in the order of `FINDINGS`."""

COVID19_SENSITIVITY: Final = 88.4
"""2712 of 3068, Table 4; Table 5 prints 84.4."""

MISPRINT: Final = (
    "The paper's Table 5 prints 84.4 ± 3.2 % as the sensitivity to COVID-19. Its Table 4 gives "
    "2712 of 3068 = 88.4 %, and the other five cells of Table 5 agree with Table 4: 84.4 is a "
    "misprint, and 88.4 stands here."
)
RUNS: Final = (
    "The rows of the paper's Table 4 sum to 58136, 51116 and 3068, which are 52 times 1118, 983 and "
    "59: 52 runs on one fixed test set where the text says 50 experiments. Its ± is the spread "
    "over seeds alone, without the error of having 59 COVID-19 images."
)
FILTER: Final = (
    "The paper reports one run of its filter: 596 of 600 test images right (99.3 %). Its "
    "web-scraped images are not published, so the test images here are others."
)
UNREPORTED: Final = (
    "Figures marked T4 are not in the paper; they follow from its Table 4, pooled over the runs."
)
NOTHING: Final = "The paper gives no figure for this stage."


@dataclass(frozen=True)
class PaperResults:
    """The paper's figures for one recipe, by the names of ours."""

    values: dict[str, str] = field(default_factory=dict)
    """As the tables show them, in percent."""
    confusion_sum: tuple[tuple[int, ...], ...] | None = None
    remarks: tuple[str, ...] = ()


def paper_results(recipe_name: str, outputs: tuple[str, ...]) -> PaperResults | None:
    """The paper's figures for a recipe that follows it; None for any other recipe."""
    if not recipe_name.startswith("paper_"):
        return None
    if outputs == tuple(map(str, FINDINGS)):
        return PaperResults(_findings(), CONFUSION_SUM, (MISPRINT, RUNS, UNREPORTED))
    if outputs == ("frontal", "not_frontal"):
        return PaperResults({"accuracy": "99.3 (596 of 600)"}, remarks=(FILTER,))
    return PaperResults(remarks=(NOTHING,))


def _findings() -> dict[str, str]:
    pooled = measures(np.array(CONFUSION_SUM))
    values = {name: f"{100 * float(pooled[name]):.1f} (T4)" for name in RUN_MEASURES}
    for k, finding in enumerate(FINDINGS):
        values |= {
            f"{name} {finding}": f"{100 * pooled[name][k]:.1f} (T4)" for name in ("ppv", "f1")
        }
        values |= {f"{name} {finding}": cells[k] for name, cells in table_5().items()}
    return values


def table_5() -> dict[str, list[str]]:
    """Mean and SD of each measure in the order of `FINDINGS`, the misprint put right and named."""
    cells = {name: [f"{mean} ± {sd}" for mean, sd in row] for name, row in PRINTED.items()}
    cells["sensitivity"][-1] = f"{COVID19_SENSITIVITY} ± 3.2 (printed: 84.4)"
    return cells
