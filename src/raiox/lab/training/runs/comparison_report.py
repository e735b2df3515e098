"""A comparison of recipes as a Markdown page."""

from collections.abc import Sequence

from raiox.lab.metrics.intervals import Estimate
from raiox.lab.training.runs.comparison import RecipeComparison

GAIN = "gain in macro AUC"

PREAMBLE = """\
Measured on `valid`, and on the training and validation splits of data sets that were left out of every
step of training ("unseen"); `test` stayed closed. In brackets: the 95 % interval, Wilson's for
proportions, a bootstrap over patients and duplicates for the rest, paired for the gain. The interval
covers other patients, not other seeds.
"""


def to_page(compared: Sequence[RecipeComparison], command: str) -> str:
    """Title, how to read the table, the table, and the command that gives it."""
    others = ", ".join(f"`{row.name}`" for row in compared[1:])
    title = f"`{compared[0].name}`" + (f" beside {others}" if others else "")
    return f"# {title}\n\n{PREAMBLE}\n{to_markdown(compared)}\n```sh\n{command}\n```\n"


def to_markdown(compared: Sequence[RecipeComparison]) -> str:
    """The table; the longer of recipes and metrics runs down the page."""
    names = list(dict.fromkeys(name for row in compared for name in row.figures))
    cells = [
        ["recipe", GAIN, *names],
        *(
            [row.name, _cell(row.gain, "+"), *(_cell(row.figures.get(name)) for name in names)]
            for row in compared
        ),
    ]
    if len(compared) == 1:
        cells = [[row[0], *row[2:]] for row in cells]  # nothing to gain over
    if len(names) > len(compared):
        cells = [list(column) for column in zip(*cells, strict=True)]
    head, *rows = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([head, "|---" * len(cells[0]) + "|", *rows]) + "\n"


def _cell(figure: Estimate | None, sign: str = "") -> str:
    if figure is None:
        return ""
    return f"{figure.value:{sign}.3f} ({figure.low:{sign}.3f} to {figure.high:{sign}.3f})"
