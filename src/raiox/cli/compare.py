"""`raiox compare`: an old bundle beside a new one, on the same images."""

import json
from pathlib import Path
from typing import Annotated

import typer

from raiox.cli.configuration import read_settings
from raiox.cli.errors import require_folder, require_paths
from raiox.cli.invocation import quoted_command
from raiox.cli.language import terminal_language
from raiox.cli.options import AsJson, LabelMappingFile, Manifest, StoredPredictions
from raiox.cli.predictor import bundle_folder, predictor


def compare(
    context: typer.Context,
    old: Annotated[Path, typer.Argument(help="Folder of a bundle, or the name of a shipped one.")],
    new: Annotated[Path, typer.Argument(help="The bundle to compare with it.")],
    manifest: Manifest = None,
    labels: LabelMappingFile = None,
    split: Annotated[str, typer.Option(help="Split to compare on.")] = "valid",
    predictions: StoredPredictions = None,
    out: Annotated[
        Path | None, typer.Option(help="Write comparison.md and comparison.json to this folder.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure two bundles on the same images; differences with paired 95 % intervals.

    Example: `raiox compare mobilenet my-models/mobilenet --predictions predictions/ --out report/`
    """
    settings = read_settings()
    folders = bundle_folder(old), bundle_folder(new)
    require_paths(*folders, manifest, labels)
    if out is not None:
        require_folder(out)

    from raiox.bundle import open_bundle
    from raiox.intake import Intake
    from raiox.lab.evaluation.comparison import BundlePredictions, check_comparable, compare_bundles
    from raiox.lab.evaluation.comparison_report import Comparison, to_json, to_markdown

    bundles = [open_bundle(folder) for folder in folders]
    check_comparable(*(bundle.manifest for bundle in bundles))
    with Intake(settings.intake) as intake:
        predicted = predictor(settings, intake, split, predictions, manifest, labels)
        first, second = (BundlePredictions(bundle, predicted(bundle)) for bundle in bundles)
    differences = list(compare_bundles(first, second))
    comparison = Comparison(first, second, differences, split, quoted_command(context))
    document = json.dumps(to_json(comparison), ensure_ascii=False, indent=1)
    typer.echo(document if as_json else to_markdown(comparison, terminal_language()))
    if out is not None:
        (out / "comparison.md").write_text(to_markdown(comparison), encoding="utf-8")
        (out / "comparison.json").write_text(f"{document}\n", encoding="utf-8")
