"""What `raiox evaluate` may be asked; what it does lies in the file of its name.

Like `app`, it imports nothing that takes time to load.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class ProbeName(StrEnum):
    """What a bundle may be asked beyond its answers."""

    BASELINES = "baselines"
    SHORTCUTS = "shortcuts"
    SALIENCY = "saliency"
    OUT_OF_DISTRIBUTION = "out_of_distribution"
    ALL = "all"


def evaluate(
    bundle: Annotated[Path, typer.Argument(help="A bundle folder.")],
    manifest: Annotated[
        Path | None,
        typer.Option(
            help="CSV with the columns image, label (and source, group_id, split, view, sex, age), "
            "or a folder of one folder a label."
        ),
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="TOML or CSV: what the manifest's labels mean here.")
    ] = None,
    part: Annotated[str, typer.Option(help="Which split to evaluate.")] = "test",
    out: Annotated[
        Path | None, typer.Option(help="Write the report and predictions.csv here.")
    ] = None,
    into_bundle: Annotated[
        bool, typer.Option("--into-bundle", help="Keep report.json in the bundle, for the page.")
    ] = False,
    probe: Annotated[
        list[ProbeName],
        typer.Option(
            help="Ask more than the answers hold; repeatable. What a bundle's role has not is skipped."
        ),
    ] = [],  # noqa: B006 - typer reads it, nobody writes to it
    sample: Annotated[
        int, typer.Option(min=1, help="Cases that a costly probe asks at most.")
    ] = 300,
    twin: Annotated[
        Path | None, typer.Option(help="Bundle of another seed, to compare its maps.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask so many cases at most, for a quick look.")
    ] = None,
) -> None:
    """Measure a bundle on labelled images, with 95 % intervals.

    Without a manifest: on the data sets that RAIOX_DATASETS names.

    Examples: `raiox evaluate src/raiox/models/densenet --part test --out report/` ·
    `raiox evaluate BUNDLE --manifest mine.csv --labels mine.toml --out report/`
    """
    from raiox.cli.evaluate import Question
    from raiox.cli.evaluate import evaluate as run

    question = Question(bundle, manifest, labels, part, limit, probe, sample, twin)
    run(question, out, into_bundle=into_bundle)
