"""A comparison of recipes as a page: the table, and how it came about."""

from collections.abc import Sequence

from raiox.lab.metrics.intervals import Estimate
from raiox.lab.training.runs.comparison import Compared

GAIN = "gain in macro AUC"

PREAMBLE = """\
Asked on `valid`, and on the training and validation parts of sources that were left out of every
step of training ("never seen"); `test` stayed closed. In brackets the 95 % interval: Wilson's for
shares, a bootstrap over patients and duplicates for the rest, paired for the gain. The interval
tells how far other patients would move a figure, not how far another seed would.
"""


def to_page(compared: Sequence[Compared], command: str) -> str:
    """Markdown: title, how to read it, the table, the command that prints it."""
    others = ", ".join(f"`{row.name}`" for row in compared[1:])
    title = f"`{compared[0].name}`" + (f" beside {others}" if others else "")
    return f"# {title}\n\n{PREAMBLE}\n{to_markdown(compared)}\n```sh\n{command}\n```\n"


def to_markdown(compared: Sequence[Compared]) -> str:
    """Recipes and their figures; the longer of the two runs down the page."""
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
