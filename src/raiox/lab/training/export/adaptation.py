"""A classifier for one hospital: its batch norms re-estimated on radiographs from there, without labels.

Each hospital's pictures shift the features of a network; batch norms that know the shift take it back. No
weight changes. Source: Li et al., 2017, arXiv:1603.04779; docs/evidence/sources-left-out.md.
"""

from pathlib import Path
from typing import Final

import torch
from torch import nn

from raiox.bundle import Adaptation, Bundle, open_bundle, write_bundle
from raiox.bundle.manifest import CARD_FILES, EMBEDDING_MAP_FILE, MODEL_FILE, REPORT_FILE
from raiox.entities import FloatArray
from raiox.lab.errors import ExportMismatchError, TooFewRadiographsError
from raiox.lab.evaluation.card import write_cards
from raiox.lab.training.export.float16 import round_to_float16
from raiox.lab.training.export.onnx_export import MAX_PARITY_ERROR, parity_error, to_onnx
from raiox.lab.training.fit.batchnorm import BATCH, estimate_batchnorm
from raiox.lab.training.networks.bundle_network import network_of

MIN_RADIOGRAPHS: Final = 100
"""With fewer, the statistics are those of a few patients."""

N_PARITY_CASES: Final = 16


def adapt_bundle(folder: Path, out: Path, images: FloatArray) -> Adaptation:
    """Write the bundle with batch norms of these images.

    Args:
        folder: of a classifier's bundle.
        out: the new bundle's; replaced if there.
        images: (N, 1, S, S) what the network sees of the radiographs.

    Raises:
        BundleError: the bundle cannot be trusted.
        BundleNetworkUnknownError: its network is none of those that recipes describe.
        TooFewRadiographsError: there are fewer than `MIN_RADIOGRAPHS`.
        ExportMismatchError: the graph computes something else than the network.
    """
    old = open_bundle(folder)
    if len(images) < MIN_RADIOGRAPHS:
        raise TooFewRadiographsError(n_radiographs=len(images), min_radiographs=MIN_RADIOGRAPHS)
    network = network_of(old)
    _require_parity(network, old, images)
    estimate_batchnorm(network, torch.from_numpy(images).split(BATCH))
    network = round_to_float16(network)
    done = Adaptation(bundle=old.manifest.id, n_images=len(images))
    manifest = old.manifest.model_copy(
        update={"id": f"{old.manifest.id}-adapted", "adaptation": done, "quantization": None}
    )
    model = to_onnx(network, manifest.preprocessing.side_px)
    _require_parity(network, Bundle(manifest, model, None), images)
    of_the_other = {MODEL_FILE, EMBEDDING_MAP_FILE, REPORT_FILE, *CARD_FILES.values()}
    kept = old.manifest.files.keys() - of_the_other
    contents = {name: (folder / name).read_bytes() for name in kept} | {MODEL_FILE: model}
    contents |= write_cards(manifest, (), test_opened=False)
    write_bundle(out, manifest, contents)
    return done


def _require_parity(network: nn.Module, bundle: Bundle, images: FloatArray) -> None:
    error = parity_error(network, bundle, images[:N_PARITY_CASES])
    if not error <= MAX_PARITY_ERROR:
        raise ExportMismatchError(error=f"{error:.2g}", limit=f"{MAX_PARITY_ERROR:.0e}")
